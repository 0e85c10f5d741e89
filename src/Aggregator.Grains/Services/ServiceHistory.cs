using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>What became of the wish to forget a service.</summary>
public enum ForgetOutcome
{
    /// <summary>Nothing of it is left.</summary>
    Forgotten,

    /// <summary>Nothing was known of it.</summary>
    NothingKnown,

    /// <summary>It has an incident that is open, or of which not everybody has been told yet.</summary>
    InTrouble,
}

/// <summary>Deletes all that is kept of a service which nobody can report on any more.</summary>
/// <remarks>
/// The service is asked before its regions, since it knows of what is not over, and again after them, since one may have told it something meanwhile.
/// The list of its regions goes last: what broke off is brought to its end by asking once more.
/// </remarks>
public sealed class ServiceHistory(IGrainFactory grains, ReportStore reports, IncidentStore incidents)
{
    private const int RegionsAtOnce = 32;

    /// <exception cref="StackExchange.Redis.RedisException">The store is out of reach; a part may be gone.</exception>
    public async Task<ForgetOutcome> Forget(ServiceKey service)
    {
        var regions = (await reports.ReadRegions(service)).Keys.Append(RegionCode.All).ToList();
        if (regions.Count == 1 && !await incidents.HasAny(service.Value)) return ForgetOutcome.NothingKnown;

        var grain = grains.GetGrain<IServiceGrain>(service.Value);
        await grain.Close();
        if (!await grain.Forget()) return ForgetOutcome.InTrouble;
        foreach (var chunk in regions.Chunk(RegionsAtOnce)) await Task.WhenAll(chunk.Select(region => grains.GetGrain<IRegionGrain>($"{service}|{region}").Forget()));
        if (!await grain.Forget()) return ForgetOutcome.InTrouble;

        await incidents.Forget(service.Value);
        await reports.Forget(service);
        return ForgetOutcome.Forgotten;
    }
}
