using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>What the shipped detector says of the series of one kind of a routine set, after their 28 days of history.</summary>
/// <param name="SpikesPerWeek">Spikes per series and week that overlap a peak, the outage or the level; for peaks few are right, for an outage one in all.</param>
/// <param name="OtherPer30Days">Spikes per series and 30 days that overlap none.</param>
/// <param name="Covered">The share of an outage's minutes, from 60 minutes in, during which a spike stands; 1 is right.</param>
/// <param name="Episodes">Spikes per outage or level; 1 is right.</param>
/// <param name="EndedWithinHours">Hours after the beginning until the last spike of a level has ended.</param>
/// <param name="ToldAsUsual">The share of the spikes of levels that ended as <see cref="VerdictReason.BecameUsual"/>; 1 is right.</param>
internal sealed record RoutineRow(
    RoutineKind Kind, double SpikesPerWeek, double OtherPer30Days, double Covered, double Episodes, double EndedWithinHours, double ToldAsUsual)
{
    private const double WeeksJudged = 4;
    private const int MinutesBefore = 10;
    private const int MinutesAfter = 30;
    private const int DetectedWithin = 60;

    public static IReadOnlyList<RoutineRow> Measure(IReadOnlyList<RoutineSeries> set)
    {
        var spikes = new List<Spike>[set.Count];
        Parallel.For(0, set.Count, i => spikes[i] = Spikes(set[i].Counts));
        return [.. set.Zip(spikes, (series, found) => (Series: series, Found: found)).GroupBy(pair => pair.Series.Kind).Select(Row)];
    }

    private static RoutineRow Row(IGrouping<RoutineKind, (RoutineSeries Series, List<Spike> Found)> group)
    {
        var all = group.Select(pair => (pair.Series.Spans, pair.Found, Hits: pair.Found.Where(spike => pair.Series.Spans.Any(spike.Overlaps)).ToList())).ToList();
        var hits = all.SelectMany(series => series.Hits).ToList();
        var isSpan = group.Key is RoutineKind.LongOutage or RoutineKind.LastingLevel;
        return new(
            group.Key,
            all.Average(series => series.Hits.Count / WeeksJudged),
            all.Average(series => (series.Found.Count - series.Hits.Count) / (WeeksJudged * 7) * 30),
            group.Key == RoutineKind.LongOutage ? all.Average(series => Share(series.Spans[0], series.Found)) : double.NaN,
            isSpan ? all.Average(series => series.Hits.Count) : double.NaN,
            group.Key == RoutineKind.LastingLevel ? all.Max(series => series.Hits.Select(hit => hit.To - series.Spans[0].From).DefaultIfEmpty().Max() / 60.0) : double.NaN,
            group.Key == RoutineKind.LastingLevel ? hits.Count(hit => hit.EndedAs == VerdictReason.BecameUsual) / (double)hits.Count : double.NaN);
    }

    private static double Share((int From, int To) outage, List<Spike> spikes)
    {
        var from = outage.From + DetectedWithin;
        return Enumerable.Range(from, outage.To - from).Count(minute => spikes.Any(spike => minute >= spike.From && minute < spike.To)) / (double)(outage.To - from);
    }

    private static List<Spike> Spikes(int[] counts)
    {
        var detector = new SpikeDetector(BucketGrid.Minute, new());
        var start = BucketGrid.Minute.IndexOf(new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero));
        List<Spike> spikes = [];
        int? since = null;
        for (var minute = 0; minute < counts.Length; minute++)
        {
            var verdict = detector.Close(start + minute, counts[minute]);
            var isSpike = verdict.Level == Level.Spike;
            if (isSpike) since ??= minute;
            if (since is not { } from || (isSpike && minute < counts.Length - 1)) continue;
            if (minute > RoutineSet.HistoryMinutes) spikes.Add(new(from, minute, verdict.Reason));
            since = null;
        }

        return spikes;
    }

    private readonly record struct Spike(int From, int To, VerdictReason EndedAs)
    {
        public bool Overlaps((int From, int To) span) => From < span.To + MinutesAfter && To > span.From - MinutesBefore;
    }
}
