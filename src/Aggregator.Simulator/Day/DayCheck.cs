namespace Aggregator.Simulator;

/// <summary>Reads the day back and compares it with what was sent.</summary>
/// <param name="there">The services that were in the catalog before: what they have from elsewhere is not of this day.</param>
internal sealed class DayCheck(AggregatorClient client, DayPlan plan, IReadOnlySet<string> there)
{
    private const int AtOnce = 4;
    private const int SampleSize = 200;

    private readonly int[] _cells = [.. Chosen(plan)];
    private readonly long[] _cellsBefore = new long[plan.Cells];
    private readonly long[] _servicesBefore = new long[plan.Cast.Services.Length];
    private int _read;

    /// <summary>How many series are read.</summary>
    public int Series => _servicesBefore.Length + _cells.Length;

    public int Read => _read;

    /// <summary>Reads what was counted before.</summary>
    public Task Before(CancellationToken cancel) => ReadAll(there.Contains, (service, sum) => _servicesBefore[service] = sum, (cell, sum) => _cellsBefore[cell] = sum, cancel);

    /// <summary>Reads what is counted now.</summary>
    /// <returns>A sentence for each series that differs; in order.</returns>
    public async Task<IReadOnlyList<string>> Compare(long[] sent, CancellationToken cancel)
    {
        var regions = plan.Regions.Length;
        var faults = new SortedDictionary<(int, int), string>();
        void Hear(int service, int region, string name, long counted, long wanted)
        {
            if (counted == wanted) return;
            lock (faults) faults[(service, region)] = $"{plan.Cast.Services[service]} {name}: {counted:N0} counted, {wanted:N0} sent";
        }

        _read = 0;
        await ReadAll(
            _ => true,
            (service, sum) => Hear(service, -1, "ALL", sum - _servicesBefore[service], sent.AsSpan(service * regions, regions).ToArray().Sum()),
            (cell, sum) => Hear(cell / regions, cell % regions, plan.Cast.Regions[cell % regions], sum - _cellsBefore[cell], sent[cell]),
            cancel);
        return [.. faults.Values];
    }

    private async Task ReadAll(Func<string, bool> wanted, Action<int, long> service, Action<int, long> cell, CancellationToken cancel)
    {
        var (names, regions) = (plan.Cast.Services, plan.Cast.Regions);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(Enumerable.Range(0, names.Length).Where(i => wanted(names[i])), options, async (i, stop) => service(i, await Sum(names[i], "ALL", stop)));
        await Parallel.ForEachAsync(_cells.Where(i => wanted(names[i / regions.Length])), options, async (i, stop) => cell(i, await Sum(names[i / regions.Length], regions[i % regions.Length], stop)));
    }

    private async Task<long> Sum(string service, string region, CancellationToken cancel)
    {
        // Hours are whole: the answer is widened to them.
        var hours = await client.Hours(service, region, plan.Start, plan.End, cancel);
        Interlocked.Increment(ref _read);
        return hours.Points.Sum(point => point.Reports ?? 0);
    }

    /// <summary>All series, or some: half of them drawn as reports are, so that the large ones are among them, half from all alike.</summary>
    private static IEnumerable<int> Chosen(DayPlan plan)
    {
        if (plan.Options.CheckAll || plan.Cells <= SampleSize) return Enumerable.Range(0, plan.Cells);
        var dice = new Dice(plan.Options.Seed, "day", "sample");
        var cells = new SortedSet<int>();
        while (cells.Count < SampleSize / 2) cells.Add(plan.Lots.Draw(dice.Bits()) / plan.Tails.Length * plan.Regions.Length + plan.RegionLots.Draw(dice.Bits()));
        while (cells.Count < SampleSize) cells.Add((int)(dice.Next() * plan.Cells));
        return cells;
    }
}
