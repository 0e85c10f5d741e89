using System.Globalization;
using System.Runtime.InteropServices;
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
        var bySeries = new Dictionary<SeriesKey, List<BucketTally>>(_bucketKeys.Count);
        var cells = new List<(long Cell, TallyBuilder Tally)>();
        var finished = new HashSet<int>(_bucketKeys.Count);
        var key = 0;
        foreach (var range in touched.AsSpan().Split(','))
        {
            var counter = touched.AsSpan()[range];
            var first = counter.IndexOf(' ');
            var last = counter.LastIndexOf(' ');
            if (first < 0) continue;

            // Those of one hash are told together.
            if (int.Parse(counter[..first], CultureInfo.InvariantCulture) is var next && next != key)
            {
                Finish();
                key = next;
            }

            var field = counter[(first + 1)..last];
            if (field is "*")
            {
                _untold.Add(_bucketKeys[key].Series);
                continue;
            }

            var (cell, what) = TallyBuilder.SplitField(field);
            TallyOf(cell).Set(what, long.Parse(counter[(last + 1)..], CultureInfo.InvariantCulture));
        }

        Finish();
        return bySeries;

        TallyBuilder TallyOf(long cell)
        {
            foreach (var known in cells)
            {
                if (known.Cell == cell) return known.Tally;
            }

            var tally = new TallyBuilder();
            cells.Add((cell, tally));
            return tally;
        }

        void Finish()
        {
            if (cells.Count == 0) return;
            var (series, hour) = _bucketKeys[key];
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(bySeries, series, out _);
            list ??= new(cells.Count);
            var again = !finished.Add(key);
            foreach (var (cell, tally) in cells)
            {
                // A hash that holds plain counts and others is told twice.
                var told = new BucketTally(hour * ReportStore.BucketsPerHour + cell, tally.Build());
                var place = again ? list.FindIndex(known => known.Bucket == told.Bucket) : -1;
                if (place < 0) list.Add(told);
                else list[place] = told with { Tally = list[place].Tally.Max(told.Tally) };
            }

            cells.Clear();
        }
    }
}
