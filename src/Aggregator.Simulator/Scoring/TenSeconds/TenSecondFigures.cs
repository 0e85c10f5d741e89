namespace Aggregator.Simulator;

/// <summary>How long after the onset of one kind of outage it was a spike, in seconds.</summary>
internal sealed record DelayRow(OutageKind Kind, int Trials, double Median, double Ninety, double Missed);

/// <summary>False spikes of quiet series of one volume.</summary>
/// <param name="InSeconds">Those of them that windows of up to two minutes decided for.</param>
internal sealed record QuietRow(double PerMinute, int Months, int FalseSpikes, int InSeconds)
{
    public double PerMonth => (double)FalseSpikes / Math.Max(1, Months);
}

/// <summary>What share of bot bursts became a spike.</summary>
internal sealed record BotRow(bool Named, int Trials, double Alarmed);

/// <summary>The detector on the grid of ten seconds, measured on a simulated intake.</summary>
internal sealed record TenSecondFigures(IReadOnlyList<DelayRow> Delays, IReadOnlyList<QuietRow> Quiet, IReadOnlyList<BotRow> Bots)
{
    // The first is the least of the outages a hundred times the usual: one report a second.
    public static IReadOnlyList<OutageKind> Kinds { get; } =
    [
        new(0.6, 100), new(5, 100), new(10, 10), new(1, 60), new(0.1, 100), new(1, 10), new(10, 10, RampMinutes: 10), new(1, 30, RampMinutes: 20), new(100, 3),
    ];

    public static IReadOnlyList<double> Volumes { get; } = [0.01, 0.1, 1, 10, 100];

    /// <summary>Quiet series of all volumes together.</summary>
    public QuietRow AllQuiet => new(double.NaN, Quiet.Sum(row => row.Months), Quiet.Sum(row => row.FalseSpikes), Quiet.Sum(row => row.InSeconds));

    /// <param name="kinds">Of outages; each trial of each has a crowd of its own, the same whatever else is measured.</param>
    /// <param name="trials">Of each kind of outage and of bots.</param>
    /// <param name="months">Quiet series of 30 days, of each volume.</param>
    public static TenSecondFigures Measure(IEnumerable<OutageKind> kinds, long seed, int trials, int months, CancellationToken cancel = default)
    {
        return new(
            [.. kinds.Select(kind => Row(kind, Many(trials, trial => OutageTrial.Delay(kind, seed, trial), cancel)))],
            [.. Volumes.Select(volume => Quiet(volume, [.. Many(months, month => QuietTrial.FalseSpikes(volume, seed, month), cancel).SelectMany(windows => windows)]))],
            [Bursts(named: true), Bursts(named: false)]);

        QuietRow Quiet(double volume, TimeSpan[] windows) => new(volume, months, windows.Length, windows.Count(window => window <= TimeSpan.FromMinutes(2)));

        BotRow Bursts(bool named) => Row(named, Many(trials, trial => BotTrial.Alarmed(named, seed, trial), cancel));
    }

    private static DelayRow Row(OutageKind kind, double?[] delays)
    {
        var known = delays.OfType<double>().Order().ToArray();
        return new(kind, known.Length, At(known, 0.5), At(known, 0.9), known.Length == 0 ? 0 : (double)known.Count(double.IsInfinity) / known.Length);
    }

    private static BotRow Row(bool named, bool?[] alarmed)
    {
        var known = alarmed.OfType<bool>().ToArray();
        return new(named, known.Length, known.Length == 0 ? 0 : (double)known.Count(alarm => alarm) / known.Length);
    }

    private static double At(double[] sorted, double part) =>
        sorted.Length == 0 ? double.NaN : sorted[(int)Math.Ceiling(part * (sorted.Length - 1))];

    // Each trial has dice of its own, so the order in which they run does not matter.
    private static T[] Many<T>(int count, Func<int, T> trial, CancellationToken cancel)
    {
        var answers = new T[count];
        Parallel.For(0, count, new() { CancellationToken = cancel }, i => answers[i] = trial(i));
        return answers;
    }
}
