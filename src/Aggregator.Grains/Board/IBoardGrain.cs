using System.Collections.Immutable;
using Aggregator.Domain;
using Orleans.Concurrency;

namespace Aggregator.Grains;

/// <summary>The front page of one shard of services: how each is, for every server to read several times a second. Key: the shard's number.</summary>
[Alias("board")]
public interface IBoardGrain : IGrainWithIntegerKey
{
    /// <summary>How a service is now.</summary>
    [Alias("post")]
    Task Post(ServiceStanding standing);

    /// <summary>What changed since a page that the reader has.</summary>
    /// <param name="epoch">The reader's <see cref="BoardPage.Epoch"/>; another one than the board's gets everything.</param>
    /// <param name="version">The reader's <see cref="BoardPage.Version"/>.</param>
    [Alias("read"), AlwaysInterleave, ResponseTimeout("00:00:02")]
    Task<BoardPage> Read(Guid epoch, long version);
}

// Wire types: ids are forever. Add at the end; never renumber, never reuse.

/// <summary>How one service is.</summary>
/// <param name="Level">The worst of its regions and of their sum.</param>
/// <param name="Since">Since when.</param>
/// <param name="Regions">The regions that are not at <see cref="Level.Normal"/>, ALL included.</param>
/// <param name="LastIncident">The incident that was resolved last, where none is open.</param>
[GenerateSerializer, Immutable, Alias("service-standing")]
public sealed record ServiceStanding(
    [property: Id(0)] string Service,
    [property: Id(1)] Level Level,
    [property: Id(2)] DateTimeOffset Since,
    [property: Id(3)] long Reports15m,
    [property: Id(4)] double Expected15m,
    [property: Id(5)] ImmutableArray<long> Spark,
    [property: Id(6)] ImmutableArray<RegionStanding> Regions,
    [property: Id(7)] IncidentDocument? OpenIncident,
    [property: Id(8)] IncidentDocument? LastIncident = null);

/// <summary>A region that is not at its usual level.</summary>
[GenerateSerializer, Immutable, Alias("region-standing")]
public sealed record RegionStanding([property: Id(0)] string Region, [property: Id(1)] VerdictDocument Verdict, [property: Id(2)] long Networks);

/// <summary>A board's answer.</summary>
/// <param name="Epoch">Changes when the board starts anew and has forgotten.</param>
/// <param name="Complete">False while the board is still waking the services of its shard.</param>
[GenerateSerializer, Immutable, Alias("board-page")]
public sealed record BoardPage(
    [property: Id(0)] Guid Epoch,
    [property: Id(1)] long Version,
    [property: Id(2)] bool Complete,
    [property: Id(3)] ImmutableArray<ServiceStanding> Changed);
