namespace Aggregator.Grains;

/// <summary>So many questions of regions are before the store at once; the others wait here.</summary>
/// <remarks>
/// All regions close their buckets within half a second. Were a hundred thousand to ask together, the last would not be answered in time,
/// and would ask again together with the next: in turn, they are late and no more.
/// </remarks>
internal sealed class StoreTurns : IDisposable
{
    private const int AtOnce = 1024;

    // Longer than a bucket: a store that is slow makes verdicts late, one that hangs is found out by those whose turn it is.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);

    private readonly SemaphoreSlim _places = new(AtOnce);

    /// <exception cref="TimeoutException">No turn came.</exception>
    public async Task<T> Take<T>(Func<Task<T>> ask)
    {
        if (!_places.Wait(0) && !await _places.WaitAsync(Patience)) throw new TimeoutException("Too many regions wait for the store.");
        try
        {
            return await ask();
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();
}
