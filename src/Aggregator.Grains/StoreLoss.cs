namespace Aggregator.Grains;

/// <summary>Whether the store may have lost what grains saved, as after FLUSHALL: then each that ends writes back what it still knows.</summary>
public sealed class StoreLoss
{
    private volatile bool _isSuspected;

    public bool IsSuspected => _isSuspected;

    public void Suspect() => _isSuspected = true;
}

internal static class StoreLosses
{
    /// <summary>Saves a state that the store has lost; what the store has, or somebody else has saved since, stays.</summary>
    public static async Task WriteBack<T>(this IPersistentState<T> state)
    {
        var kept = state.State;
        await state.ReadStateAsync();
        if (state.RecordExists) return;

        state.State = kept;
        await state.WriteStateAsync();
    }
}
