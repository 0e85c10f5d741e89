namespace Aggregator.Grains;

/// <summary>Whether this silo has begun to stop: then its grains do nothing more by themselves, for what they would do it with is going away.</summary>
/// <remarks>A hundred thousand regions that went on would each fail and say so, and keep the silo from ending in time.</remarks>
internal sealed class SiloStop : ILifecycleParticipant<ISiloLifecycle>
{
    private volatile bool _hasBegun;

    public bool HasBegun => _hasBegun;

    // What starts last stops first: before the grains are asked to end.
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe<SiloStop>(ServiceLifecycleStage.Last, _ => Task.CompletedTask, _ =>
    {
        _hasBegun = true;
        return Task.CompletedTask;
    });
}
