using Orleans.Serialization;
using Orleans.Storage;

namespace Aggregator.Grains;

/// <summary>Writes grain states as the wire does, held to the same ledger. A state that is only derived and cannot be read is an empty one.</summary>
/// <remarks>JSON, the default, cannot read back what it wrote of an incident. An incident that cannot be read is a fault and stays one; a baseline is learned anew.</remarks>
public sealed class GrainStateSerializer(Serializer serializer) : IGrainStorageSerializer
{
    private readonly OrleansGrainStorageSerializer _wire = new(serializer);

    public BinaryData Serialize<T>(T? input) => _wire.Serialize(input);

    public T? Deserialize<T>(BinaryData input)
    {
        try
        {
            return _wire.Deserialize<T>(input);
        }
        catch (Exception) when (typeof(T) == typeof(RegionState))
        {
            return (T)(object)new RegionState();
        }
    }
}
