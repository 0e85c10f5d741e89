using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>One way to fail: so many times the usual rate, at once or over some minutes.</summary>
/// <param name="Usual">Reports per minute that are usual at the onset.</param>
/// <param name="Times">What becomes of them.</param>
/// <param name="RampMinutes">Until then; 0 is at once.</param>
internal sealed record OutageKind(double Usual, double Times, double RampMinutes = 0)
{
    public override string ToString() => RampMinutes > 0
        ? FormattableString.Invariant($"x{Times:0} over {RampMinutes:0} min, {Usual:0.##}/min")
        : FormattableString.Invariant($"x{Times:0} at once, {Usual:0.##}/min");

    /// <summary>People more than usual, of so many minutes since the onset.</summary>
    public double Affected(double minutes)
    {
        if (minutes <= 0) return 0;
        var rising = Math.Min(minutes, RampMinutes);
        var risen = RampMinutes > 0 ? rising * rising / RampMinutes / 2 : 0;
        return Usual * (Times - 1) * (risen + minutes - rising);
    }
}

/// <summary>Onsets at a moment left to chance, after weeks of ordinary life: how long until it is a spike.</summary>
internal static class OutageTrial
{
    private const int PastDays = 14;
    private const int LiveMinutes = 240;
    private const int PatienceMinutes = 60;

    /// <summary>Seconds from onset to the close that said spike; infinite where none did within an hour, nothing where one was there before.</summary>
    public static double? Delay(OutageKind kind, long seed, int trial)
    {
        var name = $"{kind} {trial}";
        var dice = new Dice(seed, "onset", name);
        var past = PastDays * 1440 + (int)(dice.Next() * Week.Minutes);
        var series = new IntakeSeries(seed, name, kind.Usual, at: past + LiveMinutes);
        var watched = new Watched(series, past);
        watched.Calm(LiveMinutes * IntakeSeries.BucketsPerMinute);
        if (watched.Level == Level.Spike) return null;

        const double bucket = 1.0 / IntakeSeries.BucketsPerMinute;
        // The onset lies somewhere in the first bucket.
        for (var since = (1 - dice.Next()) * bucket; since < PatienceMinutes; since += bucket)
            if (watched.Close(kind.Affected(since) - kind.Affected(since - bucket)) == Level.Spike) return since * 60;
        return double.PositiveInfinity;
    }
}
