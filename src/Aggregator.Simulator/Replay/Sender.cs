namespace Aggregator.Simulator;

/// <summary>What was sent and what the aggregator said became of it, in reports.</summary>
internal sealed class Totals
{
    private const int MostErrors = 10;

    public long Sent { get; private set; }
    public long Accepted { get; private set; }
    public long Duplicate { get; private set; }
    public long Quarantined { get; private set; }
    public long Rejected { get; private set; }

    /// <summary>The first lines that were rejected.</summary>
    public List<LineError> Errors { get; } = [];

    public bool AllAccepted => Accepted == Sent;

    public void Offer(long reports) => Sent += reports;

    public void Hear(BulkAnswer answer)
    {
        Accepted += answer.Accepted;
        Duplicate += answer.Duplicate;
        Quarantined += answer.Quarantined;
        Rejected += answer.Rejected;
        Errors.AddRange((answer.Errors ?? []).Take(MostErrors - Errors.Count));
    }
}

/// <summary>Sends reports when they are due, a few times a second, one request at a time.</summary>
/// <remarks>
/// While a request waits for its answer the next reports gather, so a slow aggregator gets fuller requests instead of more of them;
/// reports are drawn as they fall due, so nothing piles up here while it is away.
/// </remarks>
internal sealed class Sender(AggregatorClient client, TimeProvider time, string run)
{
    private const int MostLines = 5_000;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private long _batch;

    public Totals Totals { get; } = new();

    public async Task Send(IEnumerable<LiveReport> reports, CancellationToken cancel)
    {
        using var next = reports.GetEnumerator();
        var batch = new List<LiveReport>();
        for (var more = next.MoveNext(); more;)
        {
            var now = time.GetUtcNow();
            batch.Clear();
            for (; more && batch.Count < MostLines && next.Current.Due <= now; more = next.MoveNext()) batch.Add(next.Current);

            if (batch.Count > 0)
            {
                Totals.Offer(batch.Sum(report => (long)report.Count));
                Totals.Hear(await client.Reports($"{run}-{_batch++}", Lines.Of(batch, now, Lateness), cancel));
            }

            if (!more || batch.Count == MostLines) continue;
            var wake = next.Current.Due > now + Beat ? next.Current.Due : now + Beat;
            for (var sleep = wake - time.GetUtcNow(); sleep > TimeSpan.Zero; sleep = wake - time.GetUtcNow())
                await Task.Delay(sleep < LongestSleep ? sleep : LongestSleep, time, cancel);
        }
    }
}
