namespace Aggregator.Domain;

internal sealed partial class ScanWindows
{
    /// <summary>The window that says most; where none says anything, the last quarter of an hour with a score of 0.</summary>
    public Evidence Judge(Baseline baseline)
    {
        // Long windows are asked once a minute: asked at each bucket they would find chance more often and an outage hardly sooner.
        // Until the next answer the last one stands, but not over a gap.
        if (EndsSlot(_bucket)) _farBest = JudgeFar(baseline);
        else if (_farBest.From <= _emptyThrough || SlotOf(_farBest.Through) < SlotOf(_bucket) - 1) _farBest = default;

        var best = JudgeNear(baseline);
        if (_farBest.Score > best.Score) best = _farBest;
        if (best.Score > 0) return best;

        // Of the first minutes no more is told than was seen.
        var (reports, usual) = Last(_typical);
        var from = Math.Max(_first, (SlotOf(_bucket) - _typical + 1) * _perSlot);
        return new(Score: 0, reports, usual * baseline.LevelAt(MinuteOf(from)), from, _bucket, baseline.Phi(_typicalPhi));
    }

    /// <summary>What the last 5 and 10 minutes say, nothing trimmed: how far from calm it still is. On buckets below a minute a busy series is asked for the shortest alone.</summary>
    /// <param name="before">The level before the trouble began, which the trouble itself has not touched.</param>
    public double Unrest(Baseline baseline, LevelBefore before)
    {
        double unrest = 0;
        for (var i = 0; i < _calm.Length; i++)
        {
            var window = _calm[i];
            var (reports, usual) = Last(window);
            var start = MinuteOf((SlotOf(_bucket) - window + 1) * _perSlot);
            var expected = usual * before.At(start, baseline);
            unrest = Math.Max(unrest, Likelihood.Ratio(reports, expected * Margin + Floor, baseline.Phi(_calmPhi[i]) + ExtraPhi));

            // Where this window alone would show trouble, a longer one only remembers what is over.
            if (_perSlot > 1 && expected >= TellingCalm) break;
        }

        return unrest;
    }

    /// <summary>The long windows as they were asked last; a window that was not asked is empty.</summary>
    public ReadOnlySpan<WindowSum> Sums => _sums;

    /// <summary>What the long windows said last is not what they show now.</summary>
    public void ForgetSums() => Array.Clear(_sums);

    /// <summary>Whether the long windows have just been asked, were not emptied then, and one of them says enough for the others to be heard.</summary>
    public bool AsksTheRest => EndsSlot(_bucket) && _farBest.From > _emptyThrough && _farBest.Score >= LeastOwn;

    /// <summary>The long window that says most when what the other regions show in it is added.</summary>
    /// <param name="whole">The windows of all regions together, this one included, at the same moment.</param>
    public Evidence WithRest(Baseline baseline, ReadOnlySpan<WindowSum> whole)
    {
        if (whole.Length != _far.Length) return _farBest;
        var slot = SlotOf(_bucket);
        for (var i = 0; i < _far.Length; i++)
        {
            var (own, all) = (_sums[i], whole[i]);
            if (own.Expected <= 0 || all.Expected <= 0 || own.Observed <= own.Expected) continue;

            var alone = Likelihood.Ratio(own.Observed, own.Expected, own.Overdispersion);
            if (alone < LeastOwn) continue;

            var rest = Likelihood.Ratio(
                all.Observed - own.Observed, Math.Max(all.Expected - own.Expected, all.Expected / 10) + Floor, all.Overdispersion);
            var score = alone + RestWeight * Math.Min(MostRest, rest);
            if (score <= _farBest.Score) continue;

            var (count, usual) = Last(_far[i]);
            var from = (slot - _far[i] + 1) * _perSlot;
            var expected = usual * (1 + (baseline.LevelAt(MinuteOf(from)) - 1) * _farFading[i]);
            _farBest = new(score, count, expected, from, _bucket, baseline.Phi(_farPhi[i]));
        }

        return _farBest;
    }

    /// <summary>The bucket of a window at which the trouble began: what is left when minutes, and of the last two minutes buckets, at its front hold no more than usual.</summary>
    public long OnsetIn(Evidence evidence, Baseline baseline)
    {
        var level = baseline.LevelAt(MinuteOf(evidence.From));
        var from = evidence.From;
        for (var back = (int)Math.Min(SlotOf(_bucket) - SlotOf(from), _farReports.Length - 2); back > 0; back--)
        {
            var (since, after) = (Last(back + 1), Last(back));
            if (since.Reports - after.Reports > (since.Usual - after.Usual) * level) break;
            from = (SlotOf(_bucket) - back + 1) * _perSlot;
        }

        for (from = Math.Max(from, evidence.From); from > _bucket - NearBuckets && from < evidence.Through; from++)
        {
            var (place, before) = (Floored.Mod(from, NearBuckets + 1), Floored.Mod(from - 1, NearBuckets + 1));
            if (_nearReports[place] - _nearReports[before] > (_nearUsual[place] - _nearUsual[before]) * level) break;
        }

        return Math.Min(from, evidence.Through);
    }

    private Evidence JudgeFar(Baseline baseline)
    {
        var best = default(Evidence);
        var slot = SlotOf(_bucket);
        var newest = Floored.Mod(slot, _farReports.Length);
        long largest = 0, second = 0;
        var looked = 0;
        Array.Clear(_sums);
        for (var i = 0; i < _far.Length; i++)
        {
            var window = _far[i];
            var from = (slot - window + 1) * _perSlot;
            if (from <= _emptyThrough) break;

            var oldest = Back(newest, window);
            var count = _farReports[newest] - _farReports[oldest];
            var sum = (_farUsual[newest] - _farUsual[oldest]) * (1 + (baseline.LevelAt(MinuteOf(from)) - 1) * _farFading[i]);
            var phi = baseline.Phi(_farPhi[i]);
            var scatter = phi + ExtraPhi + _farClusters[i] / (sum + Floor);
            // The largest minutes are looked for only where even with them there is something to say; the search goes on where it stopped.
            if (count < LeastFar || count <= sum)
            {
                _sums[i] = new(count, sum * Margin + Floor, scatter);
                continue;
            }

            for (; looked < window; looked++)
                Rank(_farReports[Back(newest, looked)] - _farReports[Back(newest, looked + 1)], ref largest, ref second);

            var (left, expected) = (count - largest - second, sum * Margin * (window - Trimmed) / window + Floor);
            _sums[i] = new(left, expected, scatter);
            var score = Likelihood.Ratio(left, expected, scatter);
            if (score > best.Score) best = new(score, count, sum, from, _bucket, phi);
        }

        return best;
    }

    private Evidence JudgeNear(Baseline baseline)
    {
        var best = default(Evidence);
        var newest = Floored.Mod(_bucket, NearBuckets + 1);
        for (var i = 0; i < _near.Length; i++)
        {
            var window = _near[i];
            var from = _bucket - window + 1;
            if (from <= _emptyThrough) break;

            var oldest = newest >= window ? newest - window : newest - window + NearBuckets + 1;
            var count = _nearReports[newest] - _nearReports[oldest];
            var networks = _nearNetworks[newest] - _nearNetworks[oldest];
            // A few networks cannot make a spike of a moment; reports beyond all that the known ones can have sent came without a network.
            var weight = Math.Min(count, networks + Math.Max(0, count - _share * _networks));
            var sum = (_nearUsual[newest] - _nearUsual[oldest]) * baseline.LevelAt(MinuteOf(from));
            var expected = sum * Margin + Floor;
            if (weight < LeastNear || weight <= expected) continue;

            var phi = baseline.Phi(_nearPhi[i]);
            var score = Likelihood.Ratio(weight, expected, phi + ExtraPhi + _nearClusters[i] / (sum + Floor)) - NearHandicap;
            if (score > best.Score) best = new(score, count, sum, from, _bucket, phi);
        }

        return best;
    }

    private long MinuteOf(long bucket) => (long)Math.Floor(bucket * _bucketMinutes + 1e-6);

    private static void Rank(long value, ref long largest, ref long second)
    {
        second = Math.Max(second, Math.Min(largest, value));
        largest = Math.Max(largest, value);
    }

    private int Back(int place, int slots) => place >= slots ? place - slots : place - slots + _farReports.Length;

    private (long Reports, double Usual) Last(int slots)
    {
        var newest = Floored.Mod(SlotOf(_bucket), _farReports.Length);
        var oldest = Back(newest, slots);
        return (_farReports[newest] - _farReports[oldest], _farUsual[newest] - _farUsual[oldest]);
    }
}
