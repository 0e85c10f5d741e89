using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>What the intake hands to the detector of one series: minutes of the past first, then buckets of ten seconds.</summary>
/// <remarks>
/// A report is a person's first in the dedup window, so ordinary people are nearly a Poisson crowd (<see cref="Company"/>) whose rate follows the week and wanders
/// (<see cref="Noise"/>); the wandering goes on from the past into the present without a step.
/// </remarks>
internal sealed class IntakeSeries
{
    public const int BucketsPerMinute = 6;
    private readonly Dice _dice;
    private readonly Week _week;
    private readonly Noise _noise;
    private readonly Wander _service, _region, _gusts;
    private readonly Company _people;
    private readonly double _perMinute;
    private readonly NetworkShares _shares = new(new DetectionOptions().NetworkShare);

    /// <param name="perMinute">The usual rate: of the whole week, or of one minute of it where <paramref name="at"/> names one.</param>
    public IntakeSeries(long seed, string name, double perMinute, long? at = null)
    {
        _dice = new(seed, "intake", name);
        _week = Week.Draw(_dice);
        _noise = Noise.Draw(_dice);
        (_service, _region, _gusts) = (_noise.OfService(_dice), _noise.OfRegion(_dice), _noise.OfGusts(_dice));
        _people = new(_dice, 1.0 / BucketsPerMinute);
        _perMinute = perMinute / (at is { } minute ? _week.At(minute) : 1);
    }

    /// <summary>Buckets handed over so far, those of past minutes too; the first begins on a Monday.</summary>
    public long Bucket { get; private set; }

    public long Minute => Bucket / BucketsPerMinute;

    /// <summary>Counted reports of the next minutes.</summary>
    public long?[] Past(int minutes)
    {
        var counts = new long?[minutes];
        for (var i = 0; i < minutes; i++, Bucket += BucketsPerMinute)
        {
            _shares.MoveTo(Minute);
            counts[i] = Offer(_people.Next(Rate(1), cells: BucketsPerMinute)).Reports;
        }

        return counts;
    }

    /// <summary>The next bucket, with people of an outage in it.</summary>
    /// <param name="affected">How many of them on average.</param>
    public IntakeBucket Next(double affected = 0)
    {
        _shares.MoveTo(Minute);
        var bucket = Offer(_people.Next(Rate(1.0 / BucketsPerMinute) / BucketsPerMinute) + _dice.Poisson(affected));
        Bucket++;
        return bucket;
    }

    /// <summary>The next bucket, with reports of bots in it.</summary>
    /// <param name="networks">Networks they come from; 0: they name none and are counted in full.</param>
    public IntakeBucket NextWithBots(int reports, int networks)
    {
        var honest = Next();
        if (networks == 0) return honest with { Reports = honest.Reports + reports };
        var (counted, heard) = honest;
        for (var i = 0; i < networks; i++)
        {
            var part = _shares.Offer(Networks.FirstOfBots + i, (reports + i) / networks);
            (counted, heard) = (counted + part.Reports, heard + part.Networks);
        }

        return new(counted, heard);
    }

    private double Rate(double minutes) =>
        _perMinute * _week.At(Minute) * _noise.Factor(_service.After(minutes) + _region.After(minutes) + _gusts.After(minutes));

    private IntakeBucket Offer(int people)
    {
        var (counted, heard) = (0, 0);
        for (; people > 0; people--)
        {
            var one = _shares.Offer(Networks.Draw(_dice), 1);
            (counted, heard) = (counted + one.Reports, heard + one.Networks);
        }

        return new(counted, heard);
    }
}
