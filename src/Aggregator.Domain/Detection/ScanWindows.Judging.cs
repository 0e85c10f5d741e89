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

        var (reports, expected) = Last(_typical);
        return new(Score: 0, reports, expected, From: (SlotOf(_bucket) - _typical + 1) * _perSlot, _bucket, baseline.Phi(_typical * _slotMinutes));
    }

    /// <summary>What the last 5, 10 and 15 minutes say, nothing trimmed: how far from calm it still is. On buckets below a minute a busy series is asked for the shortest alone.</summary>
    public double Unrest(Baseline baseline)
    {
        double unrest = 0;
        foreach (var window in _calm)
        {
            var (reports, expected) = Last(window);
            unrest = Math.Max(unrest, Likelihood.Ratio(reports, expected + Floor, baseline.Phi(window * _slotMinutes) + ExtraPhi));

            // Where this window alone would show trouble, a longer one only remembers what is over.
            if (_perSlot > 1 && expected >= TellingCalm) break;
        }

        return unrest;
    }

    private Evidence JudgeFar(Baseline baseline)
    {
        var best = default(Evidence);
        var slot = SlotOf(_bucket);
        var newest = Floored.Mod(slot, _farReports.Length);
        long largest = 0, second = 0;
        var looked = 0;
        foreach (var window in _far)
        {
            var from = (slot - window + 1) * _perSlot;
            if (from <= _emptyThrough) break;

            var oldest = Back(newest, window);
            var count = _farReports[newest] - _farReports[oldest];
            var sum = _farExpected[newest] - _farExpected[oldest];
            var expected = sum * (window - Trimmed) / window + Floor;
            // The largest minutes are looked for only where even with them there is something to say; the search goes on where it stopped.
            if (count < LeastFar || count <= expected) continue;
            for (; looked < window; looked++)
                Rank(_farReports[Back(newest, looked)] - _farReports[Back(newest, looked + 1)], ref largest, ref second);

            var phi = baseline.Phi(window * _slotMinutes);
            var score = Likelihood.Ratio(count - largest - second, expected, phi + ExtraPhi);
            if (score > best.Score) best = new(score, count, sum, from, _bucket, phi);
        }

        return best;
    }

    private Evidence JudgeNear(Baseline baseline)
    {
        var best = default(Evidence);
        var newest = Floored.Mod(_bucket, NearBuckets + 1);
        foreach (var window in _near)
        {
            var from = _bucket - window + 1;
            if (from <= _emptyThrough) break;

            var oldest = newest >= window ? newest - window : newest - window + NearBuckets + 1;
            var count = _nearReports[newest] - _nearReports[oldest];
            var networks = _nearNetworks[newest] - _nearNetworks[oldest];
            // A few networks cannot make a spike of a moment; reports beyond all that the known ones can have sent came without a network.
            var weight = Math.Min(count, networks + Math.Max(0, count - _share * _networks));
            var sum = _nearExpected[newest] - _nearExpected[oldest];
            if (weight < LeastNear || weight <= sum + Floor) continue;

            var phi = baseline.Phi(window * _bucketMinutes);
            var score = Likelihood.Ratio(weight, sum + Floor, phi + ExtraPhi) - NearHandicap;
            if (score > best.Score) best = new(score, count, sum, from, _bucket, phi);
        }

        return best;
    }

    private static void Rank(long value, ref long largest, ref long second)
    {
        second = Math.Max(second, Math.Min(largest, value));
        largest = Math.Max(largest, value);
    }

    private int Back(int place, int slots) => place >= slots ? place - slots : place - slots + _farReports.Length;

    private (long Reports, double Expected) Last(int slots)
    {
        var newest = Floored.Mod(SlotOf(_bucket), _farReports.Length);
        var oldest = Back(newest, slots);
        return (_farReports[newest] - _farReports[oldest], _farExpected[newest] - _farExpected[oldest]);
    }
}
