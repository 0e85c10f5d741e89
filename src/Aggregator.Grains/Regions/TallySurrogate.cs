using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>How a tally of the pure Domain travels between grains.</summary>
/// <remarks>Wire type: ids are forever. Add at the end; never renumber, never reuse.</remarks>
[GenerateSerializer, Alias("tally")]
internal struct TallySurrogate
{
    [Id(0)] public string[] Symptoms;
    [Id(1)] public long[] Reports;
    [Id(2)] public long Networks;
    [Id(3)] public long Duplicates;
    [Id(4)] public long Quarantined;
}

[RegisterConverter]
internal sealed class TallyConverter : IConverter<Tally, TallySurrogate>
{
    public Tally ConvertFromSurrogate(in TallySurrogate surrogate) => Tally.Create(
        surrogate.Symptoms.Zip(surrogate.Reports, KeyValuePair.Create), surrogate.Networks, surrogate.Duplicates, surrogate.Quarantined);

    public TallySurrogate ConvertToSurrogate(in Tally value) => new()
    {
        Symptoms = [.. value.Symptoms.Keys],
        Reports = [.. value.Symptoms.Values],
        Networks = value.Networks,
        Duplicates = value.Duplicates,
        Quarantined = value.Quarantined,
    };
}
