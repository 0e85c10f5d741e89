namespace Aggregator.Simulator;

internal sealed partial class Yardstick
{
    private enum Zone
    {
        Free,
        Incident,
        Tail,
        BotBurst,
    }

    private readonly record struct Point(int Bucket, float Score);

    private readonly record struct Alert(int Series, int First, int Last);

    // The first bucket that holds some of a minute, and the first that holds nothing before it.
    private int BucketOf(double minute) => (int)Math.Floor(minute * 60 / _seconds);

    private int EndOf(double minute) => (int)Math.Ceiling(minute * 60 / _seconds);

    private bool Within(Alert alert, LabelledEpisode episode, int minutesAfter) =>
        alert.First >= BucketOf(episode.StartMinute) && alert.First < EndOf(episode.EndMinute + minutesAfter + 1);

    private Zone ZoneOf(Alert alert)
    {
        var zone = Zone.Free;
        foreach (var episode in _episodes[alert.Series])
        {
            if (episode.Class is LabelClass.Incident or LabelClass.Optional)
            {
                if (Within(alert, episode, 10)) return Zone.Incident;
                if (alert.First >= EndOf(episode.EndMinute + 11) && alert.First < EndOf(episode.EndMinute + 61)) zone = Zone.Tail;
            }
            else if (episode.Class == LabelClass.BotBurst && zone == Zone.Free && Within(alert, episode, 5))
            {
                zone = Zone.BotBurst;
            }
        }

        return zone;
    }

    private bool OnBusyDay(Alert alert) => _episodes[alert.Series].Any(episode =>
        episode.Class == LabelClass.BusyDay && alert.First >= BucketOf(episode.StartMinute) && alert.First < EndOf(episode.EndMinute));

    // Few scores are high: what lies below the threshold is left out once and not looked at again.
    private Point[][] PointsFrom(float[][] scores, float threshold)
    {
        var points = new Point[scores.Length][];
        var kept = new List<Point>();
        for (var series = 0; series < scores.Length; series++)
        {
            kept.Clear();
            var row = scores[series];
            var counts = _counts?[series];
            for (var bucket = 0; bucket < row.Length; bucket++)
                if (row[bucket] >= threshold && (counts is null || counts[bucket] >= 0)) kept.Add(new(bucket, row[bucket]));
            points[series] = [.. kept];
        }

        return points;
    }

    private List<Alert> Alerts(Point[][] points, double threshold)
    {
        var alerts = new List<Alert>();
        for (var series = 0; series < points.Length; series++)
        {
            var (first, last) = (-1, -1);
            foreach (var point in points[series])
            {
                if (point.Score < (float)threshold) continue;
                if (first >= 0 && point.Bucket - last > _hold)
                {
                    alerts.Add(Closed(series, first, last));
                    first = -1;
                }

                if (first < 0) first = point.Bucket;
                last = point.Bucket;
            }

            if (first >= 0) alerts.Add(Closed(series, first, last));
        }

        return alerts;
    }

    private Alert Closed(int series, int first, int last) => new(series, first, Math.Min(last + _hold, _buckets - 1));

    private float Highest(float[][] scores)
    {
        var highest = 0f;
        foreach (var row in scores)
            foreach (var score in row.AsSpan(_firstJudged))
                if (score > highest) highest = score;
        return highest;
    }

    // The score that nine of ten do not exceed: found by the upper and then the lower half of its bits, without a copy of millions of scores.
    private float HighQuantile(float[][] scores)
    {
        var judged = scores.Sum(row => (long)Math.Max(0, row.Length - _firstJudged));
        var rank = (long)((judged - 1) * 0.9);
        uint upper = 0;
        for (var half = 0; half < 2; half++)
        {
            var counts = new long[1 << 16];
            foreach (var row in scores)
            {
                foreach (var score in row.AsSpan(_firstJudged))
                {
                    var bits = Ordered(score);
                    if (half == 0) counts[bits >> 16]++;
                    else if (bits >> 16 == upper) counts[bits & 0xFFFF]++;
                }
            }

            var place = 0u;
            while (rank >= counts[place]) rank -= counts[place++];
            upper = half == 0 ? place : upper << 16 | place;
        }

        return BitConverter.UInt32BitsToSingle(upper);
    }

    // Scores below zero, and none, are as good as zero; of the others the bits are in the order of the scores.
    private static uint Ordered(float score) => score > 0 ? BitConverter.SingleToUInt32Bits(score) : 0;
}
