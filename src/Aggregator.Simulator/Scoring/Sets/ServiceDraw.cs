namespace Aggregator.Simulator;

/// <summary>One service of a seeded set: its regions, their sum, and what happened to them.</summary>
/// <remarks>
/// Ordinary people, people of outages and bots are drawn apart, each with dice of their own, and added: a set without outages
/// (<paramref name="outages"/>) has the very same ordinary people.
/// </remarks>
internal sealed class ServiceDraw(long seed, int service, SetSize size, bool outages)
{
    private const double MinutesBetween = 1250;
    private const double BotBurstsPer56 = 4;
    private readonly Dice _dice = new(seed, "service", $"{service}");
    private readonly List<SetLabel> _labels = [];
    private Region[] _regions = [];
    private Noise _noise = null!;
    private Course _course = null!;

    /// <summary>Counts by region, the sum last; and what happened, the series counted from the service's first.</summary>
    public (int[][] Counts, double[] Means, IReadOnlyList<SetLabel> Labels) Draw()
    {
        _noise = Noise.Draw(_dice);
        _course = new(_dice, size.Days);
        _regions = Regions();
        Ordinary();
        var counts = _regions.Select(region => region.Counts).ToArray();
        double[] means = [.. counts.Select(Mean)];
        if (outages)
        {
            Outages();
            Bots();
        }

        foreach (var (first, last) in _course.BusyDays)
            for (var series = 0; series <= size.Regions; series++) _labels.Add(new(new(series, first, last, "eventday", 0, LabelClass.BusyDay)));
        foreach (var (first, last) in _course.Gaps)
            foreach (var region in _regions) Array.Fill(region.Counts, -1, first, last - first + 1);
        return ([.. counts, Sum(counts)], [.. means, means.Sum()], _labels);
    }

    private Region[] Regions()
    {
        var place = size.Services == 1 ? 1 : (double)service / (size.Services - 1);
        var perMinute = SetSize.Quietest * Math.Exp(place * Math.Log(SetSize.Loudest / SetSize.Quietest));
        var (day, weekend, offset) = (Week.DayOf(_dice), _dice.Between(0.6, 1.3), (int)(_dice.Next() * 24) - 12);
        var shares = Enumerable.Range(0, size.Regions).Select(_ => _dice.Between(0.05, 1)).ToArray();
        // Neighbouring time zones: the regions of one country.
        return
        [
            .. shares.Select(share => new Region(
                perMinute * share / shares.Sum(), new(new(day, weekend), offset + (int)(_dice.Next() * 4)), new int[size.Minutes])),
        ];
    }

    private void Ordinary()
    {
        var common = _noise.OfService(_dice);
        var wanders = _regions.Select(_ => (Region: _noise.OfRegion(_dice), Gusts: _noise.OfGusts(_dice), People: new Company(_dice, cellMinutes: 1))).ToArray();
        for (var minute = 0; minute < size.Minutes; minute++)
        {
            var all = common.After(1);
            for (var i = 0; i < _regions.Length; i++)
            {
                var (region, gusts, people) = wanders[i];
                _regions[i].Counts[minute] = people.Next(Usual(_regions[i], minute) * _noise.Factor(all + region.After(1) + gusts.After(1)));
            }
        }
    }

    private double Usual(Region region, int minute) => region.PerMinute * region.Week.At(minute) * _course.At(minute);

    private void Outages()
    {
        var dice = new Dice(seed, "outages", $"{service}");
        var minute = 0.0;
        while (true)
        {
            // Chance keeps no distance, but two outages at once would have no size of their own.
            minute += 300 - MinutesBetween * Math.Log(1 - dice.Next());
            var kind = OutageShape.Kinds[(int)(dice.Next() * OutageShape.Kinds.Count)];
            var shape = OutageShape.Draw(kind, dice);
            if (minute + shape.Minutes.Length >= size.Minutes) return;
            Strike(kind, shape, (int)minute, dice);
            minute += shape.Minutes.Length;
        }
    }

    private void Strike(string kind, OutageShape shape, int onset, Dice dice)
    {
        var struck = dice.Next() < 0.5 ? (int)(dice.Next() * _regions.Length) : -1;
        var quarter = onset + Enumerable.Range(0, shape.Minutes.Length).MaxBy(first => shape.Minutes.Skip(first).Take(15).Sum());
        double[] usual = [.. _regions.Select(region => Enumerable.Range(quarter, 15).Sum(minute => Usual(region, Math.Min(minute, size.Minutes - 1))))];

        var wanted = kind == "small" ? dice.Between(2.5, 8) : dice.Between(2.5, 60);
        var (aimed, phi) = struck < 0 ? (usual.Sum(), PhiOfSum()) : (usual[struck], PhiOfRegion());
        var extra = Math.Max(kind == "spike" ? 6 : 4, wanted * Deviation(aimed, phi));
        double[] shares = [.. _regions.Select((region, i) => struck < 0 ? region.PerMinute * dice.Between(0.7, 1.4) : i == struck ? 1 : 0)];

        for (var i = 0; i < _regions.Length; i++)
        {
            var own = extra * shares[i] / shares.Sum();
            if (own == 0) continue;
            for (var m = 0; m < shape.Minutes.Length; m++) _regions[i].Counts[onset + m] += dice.Poisson(own * shape.Minutes[m]);
            Label(i, own, usual[i], PhiOfRegion(), optional: own < 3);
        }

        // Of the whole service, a regional outage is only a part, which may drown in it.
        Label(_regions.Length, extra, usual.Sum(), PhiOfSum(), optional: struck >= 0 || extra < 3);

        void Label(int series, double more, double than, double phi, bool optional) => _labels.Add(new(
            new(series, onset, onset + shape.Length - 1, kind, more / Deviation(than, phi), optional ? LabelClass.Optional : LabelClass.Incident),
            more, more / than, struck >= 0));
    }

    private void Bots()
    {
        var dice = new Dice(seed, "bots", $"{service}");
        for (var left = dice.Poisson(BotBurstsPer56 * size.Days / 56); left > 0; left--)
        {
            var (region, minute) = ((int)(dice.Next() * _regions.Length), (int)(dice.Next() * (size.Minutes - 1)));
            var reports = (int)dice.Between(5, 270);
            var early = dice.Next() < 0.7 ? reports : reports / 3;
            _regions[region].Counts[minute] += early;
            _regions[region].Counts[minute + 1] += reports - early;
            foreach (var series in new[] { region, _regions.Length })
                _labels.Add(new(new(series, minute, early == reports ? minute : minute + 1, "bot", 0, LabelClass.BotBurst), reports));
        }
    }

    // Variance beyond Poisson of a quarter of an hour, over the squared mean; of gusts, little is left in it.
    private double PhiOfRegion() => _noise.Common + _noise.Regional + _noise.Gusts / 15;

    private double PhiOfSum()
    {
        var all = _regions.Sum(region => region.PerMinute);
        return _noise.Common + (_noise.Regional + _noise.Gusts / 15) * _regions.Sum(region => region.PerMinute * region.PerMinute) / (all * all);
    }

    private static double Deviation(double mean, double phi) => Math.Sqrt(mean + phi * mean * mean);

    private static double Mean(int[] counts) => counts.Average();

    private static int[] Sum(int[][] regions)
    {
        var sum = new int[regions[0].Length];
        for (var minute = 0; minute < sum.Length; minute++) sum[minute] = regions[0][minute] < 0 ? -1 : regions.Sum(counts => counts[minute]);
        return sum;
    }

    private sealed record Region(double PerMinute, Week Week, int[] Counts);
}
