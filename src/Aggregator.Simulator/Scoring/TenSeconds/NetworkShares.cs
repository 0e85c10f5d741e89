namespace Aggregator.Simulator;

/// <summary>What the intake lets through in one bucket.</summary>
/// <param name="Reports">Counted reports.</param>
/// <param name="Networks">Networks heard for the first time in this window.</param>
internal readonly record struct IntakeBucket(int Reports, int Networks);

/// <summary>The intake's network share: of one network at most so many reports are counted in a window; and who was heard in it already.</summary>
/// <remarks>As the server counts: windows are the half hours of the clock, and at the begin of each all is forgotten.</remarks>
internal sealed class NetworkShares(int share)
{
    private const int WindowMinutes = 30;
    private readonly Dictionary<int, int> _counted = [];
    private long _window = -1;

    /// <summary>Goes to the window of a minute.</summary>
    public void MoveTo(long minute)
    {
        if (minute / WindowMinutes == _window) return;
        _window = minute / WindowMinutes;
        _counted.Clear();
    }

    /// <summary>Offers reports of one network: how many are counted, and whether the network is new.</summary>
    public IntakeBucket Offer(int network, int reports)
    {
        if (reports <= 0) return default;
        var before = _counted.GetValueOrDefault(network);
        var counted = Math.Min(reports, share - before);
        if (counted <= 0) return default;
        _counted[network] = before + counted;
        return new(counted, before == 0 ? 1 : 0);
    }
}
