namespace Aggregator.Domain;

/// <summary>How large the trouble is, for whoever decides whom to wake.</summary>
public enum Severity
{
    /// <summary>Few people, or little more than usual.</summary>
    Warning,

    /// <summary>At least one report a second beyond the usual, and twice the usual.</summary>
    Error,

    /// <summary>At least five reports a second beyond the usual, and five times the usual.</summary>
    Critical,
}

/// <summary>Severity by size: how many reports a second beyond the usual, and how many times the usual.</summary>
/// <remarks>
/// Volume alone would call a large service's busy evening critical, ratio alone one service's ten reports at night. The rate rather than the count, so that
/// an outage that is found within seconds has the severity at its opening that its size deserves; but over a minute at least, so that one burst is not a flood.
/// </remarks>
public static class Severities
{
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMinutes(1);

    public static Severity Of(Verdict verdict)
    {
        var window = verdict.Window > ShortestWindow ? verdict.Window : ShortestWindow;
        var (beyond, ratio) = ((verdict.Observed - verdict.Expected) / window.TotalSeconds, verdict.Ratio ?? double.PositiveInfinity);
        if (beyond >= 5 && ratio >= 5) return Severity.Critical;
        return beyond >= 1 && ratio >= 2 ? Severity.Error : Severity.Warning;
    }
}
