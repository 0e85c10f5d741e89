using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>A series of the intake and the detector that watches it, as the server would have it.</summary>
internal sealed class Watched
{
    private static readonly long Monday = BucketGrid.TenSeconds.IndexOf(new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero));
    private readonly IntakeSeries _series;
    private readonly SpikeDetector _detector = new(BucketGrid.TenSeconds, new());

    /// <summary>A series whose past was imported.</summary>
    public Watched(IntakeSeries series, int pastMinutes)
    {
        _series = series;
        _detector.Learn(BucketGrid.TenSeconds.StartOf(Monday), series.Past(pastMinutes));
    }

    public Level Level => _detector.Latest.Level;

    /// <summary>Closes ordinary buckets; the windows of the spikes that began in them.</summary>
    public IReadOnlyList<TimeSpan> Calm(long buckets)
    {
        var spikes = new List<TimeSpan>();
        for (; buckets > 0; buckets--)
        {
            var before = Level;
            if (Close(_series.Next()) == Level.Spike && before != Level.Spike) spikes.Add(_detector.Latest.Window);
        }

        return spikes;
    }

    /// <summary>Closes an ordinary bucket; its score.</summary>
    public double Score()
    {
        Close(_series.Next());
        return _detector.Latest.Score;
    }

    /// <summary>Closes a bucket with people of an outage in it, so many on average.</summary>
    public Level Close(double affected) => Close(_series.Next(affected));

    /// <summary>Closes a bucket with reports of bots in it.</summary>
    public Level CloseWithBots(int reports, int networks) => Close(_series.NextWithBots(reports, networks));

    private Level Close(IntakeBucket bucket)
    {
        _detector.Close(Monday + _series.Bucket - 1, bucket.Reports, bucket.Networks);
        return Level;
    }
}
