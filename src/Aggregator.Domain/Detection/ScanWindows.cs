namespace Aggregator.Domain;

/// <summary>The last four hours of one series, asked in windows of many lengths at once whether there are too many reports.</summary>
/// <remarks>
/// <para>A scan over windows, as FOCuS (Ward, Dilillo, Eckley and Fearnhead 2022) does for all lengths at once; here for a fixed set, which keeps
/// the work and the memory constant and lets each length have its own overdispersion.</para>
/// <para>Long windows, of 3 to 240 minutes, lie on a ring of minutes whose last one may still be filling; the two largest minutes of each are left out,
/// so that one burst is no outage. Short windows, of 30 to 120 seconds, lie on a ring of buckets; they are not trimmed, want more reports, and of
/// those that known networks can have sent, each network counts once. Long windows are asked at the end of each minute, short ones at each bucket. A minute grid has long windows only; on a coarser
/// grid a bucket takes the place of the minute, and the short windows are one and two buckets.</para>
/// <para>Both rings hold running sums, so a window is one subtraction; a logarithm is taken only where a window holds more than expected. What is expected in a window
/// follows from what is usual in it and from the level at its start. A region that shows something itself may be told what all regions show together:
/// what the others say is added to its own, at less than its weight.</para>
/// </remarks>
internal sealed partial class ScanWindows
{
    public const int SpanMinutes = 240;
    private const int NearBuckets = 12;
    private const int Trimmed = 2;
    private const int LeastFar = 3;
    private const int LeastNear = 10;
    private const double Floor = 0.2;
    private const double NetworkMinutes = 30;
    private const double ExtraPhi = 0.01;

    // So much above the usual is no trouble yet: a busy series goes there and back without any.
    public const double Margin = 1.2;

    // Some people bring others within minutes: where nothing is wrong a report is followed by so many more than chance would send, over so many minutes.
    private const double Followers = 0.3;
    private const double FollowMinutes = 4;

    // What a region itself must show before the others are asked, and what their word weighs.
    private const double LeastOwn = 1;
    private const double RestWeight = 0.4;
    private const double MostRest = 8;

    // So many usual reports in a window that a few more of them would be seen.
    private const double TellingCalm = 10;

    // Short windows are asked more often and of fewer reports: without this, chance alone would reach them more often than the long ones.
    private const double NearHandicap = 6;

    private static readonly int[] FarMinutes = [3, 4, 5, 7, 10, 14, 20, 30, 45, 60, 90, 120, 180, 240];
    private static readonly int[] CalmMinutes = [5, 10];
    private static readonly int[] NearSeconds = [30, 60, 120];

    private readonly int _perSlot;
    private readonly double _slotMinutes;
    private readonly double _bucketMinutes;
    private readonly int[] _far;
    private readonly int[] _near;
    private readonly int[] _calm;
    private readonly int _typical;
    private readonly Baseline.PhiPlace[] _farPhi;
    private readonly Baseline.PhiPlace[] _nearPhi;
    private readonly Baseline.PhiPlace[] _calmPhi;
    private readonly Baseline.PhiPlace _typicalPhi;
    private readonly double[] _farFading;
    private readonly double[] _farClusters;
    private readonly double[] _nearClusters;
    private readonly WindowSum[] _sums;

    // Running sums up to the end of each slot (minute) or bucket; one place more than the longest window.
    private readonly long[] _farReports;
    private readonly double[] _farUsual;
    private readonly long[] _nearReports = new long[NearBuckets + 1];
    private readonly double[] _nearUsual = new double[NearBuckets + 1];
    private readonly long[] _nearNetworks = new long[NearBuckets + 1];
    private readonly int _share;
    private double _networks;
    private long _bucket = long.MinValue;
    private long _first;
    private long _emptyThrough = long.MinValue;
    private Evidence _farBest;

    public ScanWindows(BucketGrid grid, int networkShare)
    {
        _share = networkShare;
        var slot = grid.Length < TimeSpan.FromMinutes(1) ? TimeSpan.FromMinutes(1) : grid.Length;
        _perSlot = (int)(slot.Ticks / grid.Length.Ticks);
        _slotMinutes = slot.TotalMinutes;
        _bucketMinutes = grid.Length.TotalMinutes;
        var minutes = (int)_slotMinutes;
        _far = [.. FarMinutes.Where(m => m % minutes == 0 && m / minutes > Trimmed).Select(m => m / minutes)];
        _calm = [.. CalmMinutes.Select(m => (m + minutes - 1) / minutes).Distinct()];
        _near = minutes > 1 ? [1, 2] : _perSlot == 1 ? [] : [.. NearSeconds.Select(s => grid.Count(TimeSpan.FromSeconds(s))).Distinct()];
        _typical = Math.Max(1, 15 / minutes);
        _farPhi = [.. _far.Select(window => Baseline.PlaceOf(window * minutes))];
        _nearPhi = [.. _near.Select(window => Baseline.PlaceOf(window * _bucketMinutes))];
        _calmPhi = [.. _calm.Select(window => Baseline.PlaceOf(window * minutes))];
        _typicalPhi = Baseline.PlaceOf(_typical * minutes);
        _farFading = [.. _far.Select(window => Baseline.Fading(window * minutes))];
        _farClusters = [.. _far.Select(window => Clusters(window * minutes))];
        _nearClusters = [.. _near.Select(window => Clusters(window * _bucketMinutes))];
        _sums = new WindowSum[_far.Length];
        _farReports = new long[SpanMinutes / minutes + 1];
        _farUsual = new double[_farReports.Length];
    }

    /// <summary>The length of a slot: a minute, or a bucket if that is longer.</summary>
    public double SlotMinutes => _slotMinutes;

    /// <summary>Reports in the newest slot, and what is usual in it with the level left aside.</summary>
    public (long Reports, double Usual) Newest => Last(1);

    /// <summary>The minute the newest slot begins at.</summary>
    public long NewestMinute => MinuteOf(SlotOf(_bucket) * _perSlot);

    public long SlotOf(long bucket) => Floored.Div(bucket, _perSlot);

    public bool EndsSlot(long bucket) => Floored.Mod(bucket, _perSlot) == _perSlot - 1;

    /// <summary>How many slots cover so many minutes.</summary>
    public int Slots(double minutes) => (int)Math.Ceiling(minutes / _slotMinutes);

    /// <summary>No window reaches back over the end of this bucket any more: what lies before is no evidence.</summary>
    public void ForgetThrough(long bucket) => _emptyThrough = bucket;

    /// <summary>Whether the windows were emptied since the end of a slot.</summary>
    public bool IsEmptiedAfter(long slot) => _emptyThrough >= (slot + 1) * _perSlot;

    /// <summary>Takes in a bucket; those that were left out before it count as empty and unseen.</summary>
    public void Add(long bucket, long reports, double usual, long networks)
    {
        if (_bucket == long.MinValue || bucket - _bucket > (long)SpanMinutes * _perSlot) Clear(bucket);
        else MoveTo(bucket);

        // About the networks that may still have a part of their share left.
        _networks = (_bucket == long.MinValue ? 0 : _networks * Math.Exp((_bucket - bucket) * _bucketMinutes / NetworkMinutes)) + networks;
        _bucket = bucket;
        var far = Floored.Mod(SlotOf(bucket), _farReports.Length);
        _farReports[far] += reports;
        _farUsual[far] += usual;
        var near = Floored.Mod(bucket, NearBuckets + 1);
        _nearReports[near] += reports;
        _nearUsual[near] += usual;
        _nearNetworks[near] += networks;
    }

    // Beyond a Poisson count's variance, per report expected: the followers that come while a window lasts.
    private static double Clusters(double minutes) => Followers * (1 - FollowMinutes / minutes * (1 - Math.Exp(-minutes / FollowMinutes)));

    private void Clear(long first)
    {
        _first = first;
        _farBest = default;
        Array.Clear(_farReports);
        Array.Clear(_farUsual);
        Array.Clear(_nearReports);
        Array.Clear(_nearUsual);
        Array.Clear(_nearNetworks);
    }

    private void MoveTo(long bucket)
    {
        for (var slot = SlotOf(_bucket) + 1; slot <= SlotOf(bucket); slot++)
        {
            var (place, before) = (Floored.Mod(slot, _farReports.Length), Floored.Mod(slot - 1, _farReports.Length));
            _farReports[place] = _farReports[before];
            _farUsual[place] = _farUsual[before];
            if (place != 0) continue;
            Rebase(_farReports);
            Rebase(_farUsual);
        }

        for (var next = Math.Max(_bucket + 1, bucket - NearBuckets); next <= bucket; next++)
        {
            var (place, before) = (Floored.Mod(next, NearBuckets + 1), Floored.Mod(next - 1, NearBuckets + 1));
            _nearReports[place] = _nearReports[before];
            _nearUsual[place] = _nearUsual[before];
            _nearNetworks[place] = _nearNetworks[before];
            if (place != 0) continue;
            Rebase(_nearReports);
            Rebase(_nearUsual);
            Rebase(_nearNetworks);
        }
    }

    // Sums begin again from the oldest place once per round, so that they neither overflow nor lose their small digits.
    private static void Rebase(long[] sums)
    {
        var oldest = sums[1];
        for (var i = 0; i < sums.Length; i++) sums[i] -= oldest;
    }

    private static void Rebase(double[] sums)
    {
        var oldest = sums[1];
        for (var i = 0; i < sums.Length; i++) sums[i] -= oldest;
    }
}
