using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>One column on its way through the detector.</summary>
internal sealed class ScoredSeries(string name, BucketGrid grid, DetectionOptions options)
{
    private readonly SpikeDetector _detector = new(grid, options);
    private readonly List<ScoreEpisode> _episodes = [];
    private Level _level = Level.Normal;
    private long _first;
    private long _through;
    private double _peak;
    private double _observed;
    private double _expected;
    private double _reports;
    private long _seen;

    public string Name { get; } = name;

    public IReadOnlyList<ScoreEpisode> Episodes => _episodes;

    /// <summary>The highest score so far.</summary>
    public double Peak { get; private set; }

    public JudgingTimes Times { get; } = new();

    /// <summary>Reports per minute, as seen so far.</summary>
    public double MeanPerMinute => _seen == 0 ? double.NaN : _reports / (_seen * grid.Length.TotalMinutes);

    /// <summary>How many windows the series tells of, or hears of, in each bucket.</summary>
    public int Windows => _detector.Sums.Length;

    /// <summary>Closes a piece of buckets, <see cref="JudgingTimes.Piece"/> at most; the score of a gap is not a number.</summary>
    /// <param name="heard">What all regions of the service show in each bucket; empty where there are none.</param>
    /// <param name="told">Where to say what this series shows in each bucket, if anywhere.</param>
    public void Close(
        long bucket, ReadOnlySpan<long> counts, ReadOnlySpan<int> networks, Span<float> scores, ReadOnlySpan<WindowSum> heard, Span<WindowSum> told, TimeProvider time)
    {
        var began = time.GetTimestamp();
        for (var i = 0; i < counts.Length; i++)
        {
            var gap = counts[i] == CountFile.Gap;
            var verdict = _detector.Close(bucket + i, gap ? null : counts[i], networks.IsEmpty ? 0 : networks[i]);
            if (!heard.IsEmpty && !gap) verdict = _detector.Weigh(heard.Slice(i * Windows, Windows));
            if (!told.IsEmpty && gap) told.Slice(i * Windows, Windows).Clear();
            else if (!told.IsEmpty) _detector.Sums.CopyTo(told[(i * Windows)..]);
            scores[i] = gap ? float.NaN : (float)verdict.Score;
            if (verdict.Level != Level.Normal || _level != Level.Normal) Follow(bucket + i, verdict);
            if (verdict.Score > Peak) Peak = verdict.Score;
        }

        Times.Add(time.GetElapsedTime(began), counts.Length);
        foreach (var count in counts)
        {
            if (count == CountFile.Gap) continue;
            _reports += count;
            _seen++;
        }
    }

    /// <summary>No more rows: an episode that goes on is told as far as it was seen.</summary>
    public void End()
    {
        if (_level == Level.Normal) return;
        _episodes.Add(new(_level, grid.StartOf(_first), grid.EndOf(_through), _peak, _observed, _expected));
        _level = Level.Normal;
    }

    // Out of sight an episode neither ends nor goes on.
    private void Follow(long bucket, Verdict verdict)
    {
        if (verdict.Level == Level.Normal) End();
        if (verdict.Level is not (Level.Elevated or Level.Spike)) return;

        if (_level == Level.Normal) (_first, _peak) = (bucket, double.NegativeInfinity);
        if (verdict.Level > _level) _level = verdict.Level;
        _through = bucket;
        if (verdict.Score > _peak) (_peak, _observed, _expected) = (verdict.Score, verdict.Observed, verdict.Expected);
    }
}
