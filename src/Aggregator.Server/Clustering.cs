using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Aggregator.Grains;
using Orleans.Configuration;
using Orleans.Serialization;
using StackExchange.Redis;

namespace Aggregator.Server;

/// <summary>What a server does.</summary>
public enum ClusterRole
{
    /// <summary>Both of the others in one process.</summary>
    All,

    /// <summary>Runs grains only.</summary>
    Silo,

    /// <summary>Serves HTTP only, as a client of the silos.</summary>
    Gateway,
}

/// <summary>The server's place among others.</summary>
public sealed class ClusteringOptions : IValidatableObject
{
    public const string Section = "Cluster";

    /// <summary><c>Silo</c> runs grains only, <c>Gateway</c> serves HTTP only, <c>All</c> does both; apart they need a Redis.</summary>
    public ClusterRole Role { get; set; } = ClusterRole.All;

    /// <summary>Servers of one id form one cluster; it also begins every key in the store.</summary>
    [RegularExpression("^[a-z0-9][a-z0-9-]{0,63}$"), Required]
    public string Id { get; set; } = "aggregator";

    /// <summary>The port silos talk to each other on; 0 is any free one.</summary>
    /// <value>port</value>
    [Range(0, 65535)]
    public int SiloPort { get; set; }

    /// <summary>The port gateways reach a silo on; 0 is any free one.</summary>
    /// <value>port</value>
    [Range(0, 65535)]
    public int GatewayPort { get; set; }

    /// <summary>Where the other servers reach this silo; without it, the first address of the machine.</summary>
    /// <value>IP address</value>
    public string? Address { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Address is not null && !IPAddress.TryParse(Address, out _)) yield return new($"'{Address}' is not an IP address such as 10.0.0.7.", [nameof(Address)]);
    }
}

internal static partial class Clustering
{
    private static readonly TimeSpan LookForSilosEvery = TimeSpan.FromSeconds(2);

    public static void AddClustering(this WebApplicationBuilder builder, ClusteringOptions cluster, StoreOptions store, StoreConnection connection)
    {
        // The configuration string is not used: the connection that is already open serves.
        var redis = new ConfigurationOptions();
        var shared = Task.FromResult((connection.Multiplexer, IsShared: true));
        var traced = builder.Configuration.CollectsTraces();

        if (cluster.Role == ClusterRole.Gateway)
        {
            builder.UseOrleansClient(client => (traced ? client.AddActivityPropagation() : client)
                .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster.Id, cluster.Id))
                .Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = LookForSilosEvery)
                .UseConnectionRetryFilter<WaitForSilos>()
                .UseRedisClustering(options => (options.ConfigurationOptions, options.CreateMultiplexer) = (redis, _ => shared)));
            return;
        }

        if (store.Mode == StoreMode.Redis) ThrowIfTaken(cluster);

        // Both try again every second and say so each time with a stack; the store's faults and a lost place are said once, by the watches of this room.
        foreach (var part in (string[])["MembershipAgent", "MembershipTableManager"]) builder.Logging.AddFilter($"Orleans.Runtime.MembershipService.{part}", LogLevel.Error);
        builder.UseOrleans(silo => (traced ? silo.AddActivityPropagation() : silo)
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster.Id, cluster.Id))
            .Configure<ClusterMembershipOptions>(NoticeDeathSoon)
            .Configure<EndpointOptions>(options =>
            {
                if (cluster.Address is { } address) options.AdvertisedIPAddress = IPAddress.Parse(address);
                options.SiloPort = cluster.SiloPort == 0 ? FreePort() : cluster.SiloPort;
                if (store.Mode == StoreMode.Embedded)
                {
                    // Nobody else can reach the embedded store, so nobody else can be in the cluster.
                    options.AdvertisedIPAddress = IPAddress.Loopback;
                    options.GatewayPort = 0;
                }
                else
                {
                    options.GatewayPort = cluster.GatewayPort == 0 ? FreePort() : cluster.GatewayPort;
                }
            })
            .UseRedisClustering(options => (options.ConfigurationOptions, options.CreateMultiplexer) = (redis, _ => shared))
            .AddGrainStates(connection));
    }

    /// <summary>Grain states lie in the store of everything else, over the connection that is already open.</summary>
    public static ISiloBuilder AddGrainStates(this ISiloBuilder silo, StoreConnection connection) =>
        silo.AddRedisGrainStorageAsDefault(storage => storage.Configure<Serializer>((options, serializer) =>
        {
            (options.ConfigurationOptions, options.CreateMultiplexer) = (new(), _ => Task.FromResult((connection.Multiplexer, IsShared: true)));
            options.GrainStorageSerializer = new GrainStateSerializer(serializer);

            // What is forgotten leaves no empty state behind.
            options.DeleteStateOnClear = true;
        }));

    /// <summary>Forgets the silos of an earlier life: with the embedded store this process is the cluster.</summary>
    public static Task ForgetMembers(StoreConnection connection, ClusteringOptions cluster) =>
        connection.Shared.KeyDeleteAsync($"{cluster.Id}/members/{cluster.Id}");

    /// <summary>A dead silo is out of the cluster within 10 seconds, and nobody who starts waits longer for its answer.</summary>
    /// <remarks>With the defaults a server that was killed waits minutes, at its next start, for an answer of the silo it was.</remarks>
    private static void NoticeDeathSoon(ClusterMembershipOptions options)
    {
        options.ProbeTimeout = TimeSpan.FromSeconds(1);
        options.NumMissedProbesLimit = 3;
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(1);
        options.NumMissedTableIAmAliveLimit = 4;
    }

    /// <summary>A gateway that starts before any silo waits for one, and says so.</summary>
    private sealed partial class WaitForSilos(ILogger<WaitForSilos> logger) : IClientConnectionRetryFilter
    {
        private const int SayAgainEvery = 5;
        private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
        private int _looks;

        public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
        {
            if (_looks++ % SayAgainEvery == 0) LogWaiting(exception.Message);
            await Task.Delay(LookEvery, TimeProvider.System, cancellationToken);
            return true;
        }

        [LoggerMessage(LogLevel.Warning, "No silo answers yet; this gateway starts as soon as one does: {Reason}")]
        private partial void LogWaiting(string reason);
    }

    /// <summary>Two silos at one address would not fail to listen: the second takes itself for the first, started anew, and has it declared dead.</summary>
    private static void ThrowIfTaken(ClusteringOptions cluster)
    {
        var address = cluster.Address is { } named ? IPAddress.Parse(named) : IPAddress.Any;
        foreach (var (setting, port) in (ReadOnlySpan<(string, int)>)[(nameof(cluster.SiloPort), cluster.SiloPort), (nameof(cluster.GatewayPort), cluster.GatewayPort)])
        {
            try
            {
                using var listener = new TcpListener(address, port);
                listener.Start();
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressNotAvailable)
            {
                throw new CannotStartException($"{ClusteringOptions.Section}:{nameof(cluster.Address)} is {address}, which is no address of this machine.", error);
            }
            catch (SocketException error)
            {
                throw new CannotStartException($"{ClusteringOptions.Section}:{setting}: {address}:{port} cannot be listened on: {error.Message}. Stop what listens there, or choose another port; 0 is any free one.", error);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
