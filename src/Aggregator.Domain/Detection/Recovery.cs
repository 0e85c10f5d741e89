namespace Aggregator.Domain;

/// <summary>Whether a spike is over: whether the latest counts are better explained by what was usual before it than by what it has been.</summary>
/// <remarks>
/// A cumulative sum test (Page 1954) of Poisson counts, from the rate of the episode down to the rate before it. The rate of the episode is a mean that forgets
/// within an hour, so that a spike that declines to hardly more than the usual is over too. Calm windows alone do not end an outage of one rate: with few
/// reports there are calm minutes in any outage. The longer a spike has lasted, the surer its end must be.
/// </remarks>
internal struct Recovery
{
    /// <summary>What goes on for so long in sight is no outage any more but the new usual.</summary>
    public const double LongestMinutes = 48 * 60;

    private const double MemoryMinutes = 60;
    private const double LeastRatio = 1.5;

    // Three log units, one more for each four hours that the spike has lasted, eight at most.
    private const double LeastEvidence = 3;
    private const double MinutesPerEvidence = 240;
    private const double MostEvidence = 8;

    // Neighbouring minutes wander together: a quarter of an hour has an overdispersion of about 0.05.
    private const double Wander = 0.05 * 15;
    private const double LeastPerMinute = 0.002;

    private double _reports;
    private double _usual;
    private double _evidence;
    private double _minutes;
    private long _slot;

    /// <param name="reports">Reports in the window that opened the episode.</param>
    /// <param name="usual">Reports that were usual in it.</param>
    public Recovery(double reports, double usual)
    {
        _reports = reports;
        _usual = Math.Max(usual, LeastPerMinute);
        _slot = long.MinValue;
    }

    public readonly bool IsOver => _evidence >= Math.Min(MostEvidence, LeastEvidence + _minutes / MinutesPerEvidence);

    public readonly bool IsNewUsual => _minutes >= LongestMinutes;

    /// <summary>Reports of about the last hour over what was usual before the episode.</summary>
    public readonly double Ratio => _reports / _usual;

    /// <summary>Takes in a slot; a second time changes nothing.</summary>
    /// <param name="usual">Reports that would be usual in it had there been no episode.</param>
    /// <param name="minutes">Its length.</param>
    public void Add(long slot, long reports, double usual, double minutes)
    {
        if (slot <= _slot) return;

        _slot = slot;
        _minutes += minutes;
        var before = usual * ScanWindows.Margin + LeastPerMinute * minutes;
        var ratio = Math.Max(LeastRatio, Ratio / ScanWindows.Margin);
        var evidence = ((ratio - 1) * before - reports * Math.Log(ratio)) / (1 + Wander * before);
        _evidence = Math.Max(0, _evidence + evidence);

        var kept = Math.Exp(-minutes / MemoryMinutes);
        _reports = _reports * kept + reports;
        _usual = _usual * kept + Math.Max(usual, LeastPerMinute * minutes);
    }

    public readonly void Save(BinaryWriter to)
    {
        foreach (var number in new[] { _reports, _usual, _evidence, _minutes }) to.Write(number);
        to.Write(_slot);
    }

    public static Recovery Load(BinaryReader from) => new()
    {
        _reports = from.ReadDouble(),
        _usual = from.ReadDouble(),
        _evidence = from.ReadDouble(),
        _minutes = from.ReadDouble(),
        _slot = from.ReadInt64(),
    };
}
