using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>A burst of 10 to 500 reports by bots within two minutes, in an ordinary hour: is it taken for an outage?</summary>
internal static class BotTrial
{
    private const int PastDays = 14;
    private const int LiveMinutes = 240;
    private const int AfterMinutes = 15;

    /// <summary>Whether it became a spike; nothing where one was there before.</summary>
    /// <param name="named">Whether they come from one to five networks, or name none.</param>
    public static bool? Alarmed(bool named, long seed, int trial)
    {
        var name = $"bots {named} {trial}";
        var dice = new Dice(seed, "burst", name);
        var series = new IntakeSeries(seed, name, dice.Between(0.1, 30));
        var watched = new Watched(series, PastDays * 1440 + (int)(dice.Next() * Week.Minutes));
        watched.Calm(LiveMinutes * IntakeSeries.BucketsPerMinute);
        if (watched.Level == Level.Spike) return null;

        var reports = (int)dice.Between(10, 500);
        var networks = named ? 1 + (int)(dice.Next() * 5) : 0;
        var buckets = 1 + (int)(dice.Next() * 12);
        for (var i = 0; i < buckets; i++)
            if (watched.CloseWithBots((reports + i) / buckets, networks) == Level.Spike) return true;
        return watched.Calm(AfterMinutes * IntakeSeries.BucketsPerMinute).Count > 0;
    }
}
