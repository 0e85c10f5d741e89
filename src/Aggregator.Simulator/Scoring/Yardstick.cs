namespace Aggregator.Simulator;

/// <summary>Judges spike scores against labelled series.</summary>
/// <remarks>
/// A score may use only counts up to its own bucket. An alert opens at the first bucket with a score at or above the threshold and closes when the
/// score has stayed below it for a while. The first days are history and are not judged. The ten minutes after an incident still belong to it,
/// and the hour after it is nobody's.
/// </remarks>
internal sealed partial class Yardstick
{
    public const int HistoryDays = 28;
    public const int HoldMinutes = 15;
    private const double MonthMinutes = 30 * 1440;

    private static readonly double[] VolumeClasses = [0.03, 0.3, 3, 30];
    private static readonly string[] WithoutClearEnd = ["longdegr", "multiwave"];

    private readonly LabelledEpisode[][] _episodes;
    private readonly LabelledEpisode[] _judged;
    private readonly int[] _volumeClass;
    private readonly int[][]? _counts;
    private readonly int _buckets;
    private readonly int _firstJudged;
    private readonly int _hold;
    private readonly double _seconds;

    public Yardstick(LabelledSet set, int historyDays = HistoryDays, int holdMinutes = HoldMinutes)
        : this(set.MeanPerMinute, set.Episodes, set.Interval, set.Buckets, historyDays, holdMinutes) => _counts = set.Counts;

    /// <summary>Without the counts: a score that is not a number is a gap.</summary>
    public Yardstick(
        IReadOnlyList<double> meanPerMinute, IReadOnlyList<LabelledEpisode> episodes, TimeSpan interval, int buckets,
        int historyDays = HistoryDays, int holdMinutes = HoldMinutes)
    {
        (_seconds, _buckets) = (interval.TotalSeconds, buckets);
        _firstJudged = EndOf(historyDays * 1440.0);
        _hold = EndOf(holdMinutes);
        var bySeries = episodes.ToLookup(episode => episode.Series);
        _episodes = [.. Enumerable.Range(0, meanPerMinute.Count).Select(series => bySeries[series].ToArray())];
        _judged = [.. episodes.Where(episode => episode.StartMinute >= historyDays * 1440.0)];
        _volumeClass = [.. meanPerMinute.Select(mean => double.IsNaN(mean) ? -1 : VolumeClasses.Count(limit => mean >= limit))];
    }

    /// <summary>The set is no longer than its history: there is nothing to judge.</summary>
    public bool IsEmpty => _buckets <= _firstJudged || _episodes.Length == 0;

    private double Months => _episodes.Length * MonthsOfOne;

    private double MonthsOfOne => (_buckets - _firstJudged) * _seconds / 60 / MonthMinutes;

    /// <summary>The smallest threshold that keeps false alarms within a budget per series and 30 days.</summary>
    public double Calibrate(float[][] scores, double perMonth)
    {
        // False alarms do not only fall as the threshold rises (an alert may break into two), so where the search begins matters a little.
        double low = HighQuantile(scores), high = Highest(scores) + 1e-6;
        var points = PointsFrom(scores, MathF.BitIncrement((float)low));
        for (var i = 0; i < 30; i++)
        {
            var middle = (low + high) / 2;
            var falseAlarms = Alerts(points, middle).Count(alert => alert.First >= _firstJudged && ZoneOf(alert) == Zone.Free);
            if (falseAlarms > perMonth * Months) low = middle;
            else high = middle;
        }

        return high;
    }

    /// <summary>All figures at one threshold.</summary>
    public YardstickRow Row(float[][] scores, double threshold)
    {
        var alerts = Alerts(PointsFrom(scores, (float)threshold), threshold).Where(alert => alert.First >= _firstJudged).ToArray();
        var zones = alerts.Select(ZoneOf).ToArray();
        var falseAlarms = alerts.Where((_, i) => zones[i] == Zone.Free).ToArray();
        var (inIncidents, onBots) = (zones.Count(zone => zone == Zone.Incident), zones.Count(zone => zone == Zone.BotBurst));
        var finds = Finds(alerts.ToLookup(alert => alert.Series));
        var bots = _judged.Where(episode => episode.Class == LabelClass.BotBurst).ToArray();
        var alarmedBots = bots.Count(bot => alerts.Any(alert => alert.Series == bot.Series && Within(alert, bot, 5)));

        double[] Delays(double from, double to) => [.. finds.Where(find => find.Z >= from && find.Z < to).Select(find => find.Delay)];
        double Found(double from, double to) => Mean(Delays(from, to).Select(delay => double.IsFinite(delay) ? 1.0 : 0));
        double[] clears = [.. finds.Where(find => find.Cleared is not null).Select(find => find.Cleared!.Value)];
        return new(
            threshold, falseAlarms.Length / Months, Worst(falseAlarms), (double)inIncidents / Math.Max(1, inIncidents + falseAlarms.Length + onBots),
            Found(double.NegativeInfinity, double.PositiveInfinity), Found(double.NegativeInfinity, 4), Found(4, 8), Found(8, 16), Found(16, double.PositiveInfinity),
            Quantile(Delays(8, double.PositiveInfinity), 0.5), Quantile(Delays(8, double.PositiveInfinity), 0.9), Quantile(Delays(4, 8), 0.5),
            Mean(finds.Where(find => find.Parts > 0).Select(find => (double)find.Parts)), Quantile(clears, 0.5), Quantile(clears, 0.9),
            (double)alarmedBots / Math.Max(1, bots.Length), falseAlarms.Length == 0 ? 0 : (double)falseAlarms.Count(OnBusyDay) / falseAlarms.Length);
    }

    private double Worst(Alert[] falseAlarms)
    {
        var worst = double.NaN;
        for (var volume = 0; volume <= VolumeClasses.Length; volume++)
        {
            var series = _volumeClass.Count(v => v == volume);
            if (series == 0) continue;
            var rate = falseAlarms.Count(alert => _volumeClass[alert.Series] == volume) / (series * MonthsOfOne);
            if (!(rate <= worst)) worst = rate;
        }

        return worst;
    }

    // What became of each incident: when it was found, in how many pieces, and how long after its end the last of them closed.
    private List<(double Z, double Delay, int Parts, double? Cleared)> Finds(ILookup<int, Alert> alerts)
    {
        var finds = new List<(double, double, int, double?)>();
        foreach (var incident in _judged.Where(episode => episode.Class == LabelClass.Incident))
        {
            var own = alerts[incident.Series];
            if (!own.Any(alert => Within(alert, incident, 10)))
            {
                finds.Add((incident.Z15, double.PositiveInfinity, 0, null));
                continue;
            }

            var first = own.First(alert => Within(alert, incident, 10));
            var parts = own.Where(alert => Within(alert, incident, 60)).ToArray();
            var cleared = parts[^1].Last * _seconds / 60 - incident.EndMinute;
            finds.Add((incident.Z15, (first.First + 1) * _seconds / 60 - incident.StartMinute, parts.Length, WithoutClearEnd.Contains(incident.Kind) ? null : cleared));
        }

        return finds;
    }

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();

    private static double Quantile(double[] values, double share)
    {
        if (values.Length == 0) return double.NaN;
        Array.Sort(values);
        return values[(int)Math.Ceiling((values.Length - 1) * share)];
    }
}
