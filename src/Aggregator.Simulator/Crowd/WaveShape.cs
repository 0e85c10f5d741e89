namespace Aggregator.Simulator;

/// <summary>One stretch of a wave: from the level before it to its own.</summary>
/// <param name="For">How long it takes.</param>
/// <param name="To">The level at its end, in any unit; a wave is scaled by its best 15 minutes.</param>
/// <param name="Exponential">Whether the level falls (or grows) by a constant factor instead of a constant step.</param>
internal sealed record Phase(TimeSpan For, double To, bool Exponential);

/// <summary>The course of a wave of reports from its onset on, without its size.</summary>
internal sealed class WaveShape
{
    private readonly IReadOnlyList<Phase> _phases;
    private readonly Lazy<double> _bestQuarter;

    public WaveShape(IReadOnlyList<Phase> phases)
    {
        _phases = phases;
        Length = phases.Aggregate(TimeSpan.Zero, (sum, phase) => sum + phase.For);
        _bestQuarter = new(() => Enumerable.Range(0, (int)Length.TotalSeconds + 1)
            .Max(second => Sum(TimeSpan.FromSeconds(second + 900)) - Sum(TimeSpan.FromSeconds(second))));
    }

    public TimeSpan Length { get; }

    /// <summary>Level times minutes of the fullest 15 minutes.</summary>
    public double BestQuarter => _bestQuarter.Value;

    /// <summary>Level times minutes from the onset until then.</summary>
    public double Sum(TimeSpan sinceOnset)
    {
        var (sum, level) = (0.0, 0.0);
        foreach (var phase in _phases)
        {
            if (sinceOnset <= TimeSpan.Zero) break;
            var spent = sinceOnset < phase.For ? sinceOnset : phase.For;
            sum += Area(level, phase, spent);
            level = phase.To;
            sinceOnset -= phase.For;
        }

        return sum;
    }

    private static double Area(double from, Phase phase, TimeSpan spent)
    {
        var share = spent / phase.For;
        if (!phase.Exponential) return spent.TotalMinutes * (from + share * (phase.To - from) / 2);

        var growth = Math.Log(phase.To / from);
        return Math.Abs(growth) < 1e-9 ? spent.TotalMinutes * from : phase.For.TotalMinutes / growth * from * (Math.Exp(share * growth) - 1);
    }
}
