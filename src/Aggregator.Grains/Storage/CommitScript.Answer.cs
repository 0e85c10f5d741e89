using System.Globalization;
using Aggregator.Domain;

namespace Aggregator.Grains;

internal sealed partial class CommitScript
{
    public CommitAnswer Read(string answer)
    {
        if (answer == "!") return new(CommitResult.OtherContent, [], new Dictionary<SeriesKey, List<BucketTally>>(), []);

        var parts = answer[1..].Split('|');
        var lines = ReadLines(parts[0], parts[1]);
        return answer[0] == 'R'
            ? new(CommitResult.AlreadyCommitted, lines, new Dictionary<SeriesKey, List<BucketTally>>(), [])
            : new(CommitResult.Committed, lines, ReadTouched(parts[2]), _untold);
    }

    private LineOutcome[] ReadLines(string outcomes, string mixed)
    {
        var lines = new LineOutcome[_batch.Reports.Count];
        for (var i = 0; i < lines.Length; i++) lines[i] = new(_batch.Reports[i].Count, ReportOutcome.Counted);

        var counted = mixed.Length == 0 ? [] : mixed.Split(',');
        var next = 0;
        for (var i = 0; i < _asked.Count; i++)
        {
            lines[_asked[i]] = outcomes[i] switch
            {
                'c' => lines[_asked[i]],
                'd' => new(0, ReportOutcome.Duplicate),
                'q' => new(0, ReportOutcome.Quarantined),
                'm' => new(int.Parse(counted[next++], CultureInfo.InvariantCulture), ReportOutcome.Quarantined),
                var other => throw new FormatException($"commit.lua answered the outcome '{other}'."),
            };
        }

        return lines;
    }

    /// <summary>The totals that were told; a series of which one leaves something out is noted as untold.</summary>
    private Dictionary<SeriesKey, List<BucketTally>> ReadTouched(string touched)
    {
        var cells = new Dictionary<(SeriesKey Series, long Bucket), TallyBuilder>();
        foreach (var range in touched.AsSpan().Split(','))
        {
            var counter = touched.AsSpan()[range];
            var first = counter.IndexOf(' ');
            var last = counter.LastIndexOf(' ');
            if (first < 0) continue;

            var (series, hour) = _bucketKeys[int.Parse(counter[..first], CultureInfo.InvariantCulture)];
            var field = counter[(first + 1)..last];
            if (field is "*")
            {
                _untold.Add(series);
                continue;
            }

            var (cell, what) = TallyBuilder.SplitField(field);
            var at = (series, hour * ReportStore.BucketsPerHour + cell);
            if (!cells.TryGetValue(at, out var tally)) cells[at] = tally = new();
            tally.Set(what, long.Parse(counter[(last + 1)..], CultureInfo.InvariantCulture));
        }

        var bySeries = new Dictionary<SeriesKey, List<BucketTally>>();
        foreach (var ((series, bucket), tally) in cells)
        {
            if (!bySeries.TryGetValue(series, out var list)) bySeries[series] = list = [];
            list.Add(new(bucket, tally.Build()));
        }

        return bySeries;
    }
}
