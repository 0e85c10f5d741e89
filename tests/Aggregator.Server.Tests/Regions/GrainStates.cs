using System.Collections.Concurrent;
using Orleans.Storage;

namespace Aggregator.Server.Tests;

/// <summary>Passes grain states on to the real storage, counts the writes, and refuses them when told to.</summary>
internal sealed class GrainStates(IGrainStorage real) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly ConcurrentQueue<GrainId> _writes = new();

    /// <summary>Whose state was written, again and again; a refused write is one too.</summary>
    public IReadOnlyCollection<GrainId> Writes => _writes;

    public bool Refusing { get; set; }

    /// <summary>Whose writes alone are refused; none where it is nobody's.</summary>
    public GrainId? RefusingAlone { get; set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => real.ReadStateAsync(stateName, grainId, grainState);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (stateName == "region") _writes.Enqueue(grainId);
        return Refusing || RefusingAlone == grainId ? throw new TimeoutException("The store is out of reach.") : real.WriteStateAsync(stateName, grainId, grainState);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => real.ClearStateAsync(stateName, grainId, grainState);

    public void Participate(ISiloLifecycle observer) => (real as ILifecycleParticipant<ISiloLifecycle>)?.Participate(observer);
}
