using System.Globalization;
using System.Net.Http.Headers;
using Aggregator.Grains;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using StackExchange.Redis;

namespace Aggregator.Server.Tests;

/// <summary>Silos and gateways on one store, as processes of their own on loopback ports.</summary>
internal sealed class ClusterProcesses : IAsyncDisposable
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-cluster-").FullName;
    private readonly string _store;
    private readonly int[] _siloPorts;

    private ClusterProcesses(string store, NetworkRoom? room, int silos, int gateways, string[] settings)
    {
        _store = store;
        _siloPorts = [.. Enumerable.Range(0, silos).Select(_ => Ports.Free())];
        Silos = [.. _siloPorts.Select((port, i) => ServerProcess.Prepare([.. Common($"silo-{i + 1}"), "Cluster:Role=Silo", $"Cluster:SiloPort={port}", .. settings]))];
        Gateways = [.. Enumerable.Range(0, gateways).Select(i => i == gateways - 1 && room is not null
            ? ServerProcess.Prepare(room, [.. Common($"gateway-{i + 1}"), "Cluster:Role=Gateway", .. settings, $"Store:Connection={room.Store}:{store.Split(':')[^1]}"])
            : ServerProcess.Prepare([.. Common($"gateway-{i + 1}"), "Cluster:Role=Gateway", .. settings]))];

        var addresses = Gateways.Select(gateway => gateway.Address).ToArray();
        Http = new(new InTurn(addresses)) { BaseAddress = addresses[0], Timeout = AnswersWithin };
        Operator = new(new InTurn(addresses))
        {
            BaseAddress = addresses[0], Timeout = AnswersWithin, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", ServerProcess.OperatorKey) },
        };

        string[] Common(string name) =>
            ["Store:Mode=Redis", $"Store:Connection={store}", $"Store:DataDirectory={Path.Combine(_directory, name)}", $"Cluster:Address={room?.Silos ?? "127.0.0.1"}"];
    }

    public IReadOnlyList<ServerProcess> Silos { get; }

    public IReadOnlyList<ServerProcess> Gateways { get; }

    public IEnumerable<ServerProcess> All => Silos.Concat(Gateways);

    /// <summary>Anybody; each request goes to another gateway.</summary>
    public HttpClient Http { get; }

    /// <summary>The operator; each request goes to another gateway.</summary>
    public HttpClient Operator { get; }

    /// <summary>Starts all at once, and waits until all are ready.</summary>
    /// <param name="store">A StackExchange.Redis configuration string.</param>
    /// <param name="silos">How many.</param>
    /// <param name="gateways">How many.</param>
    /// <param name="settings">What every server gets besides.</param>
    public static Task<ClusterProcesses> Start(string store, int silos = 2, int gateways = 2, params string[] settings) => Start(store, room: null, silos, gateways, settings);

    /// <inheritdoc cref="Start(string, int, int, string[])"/>
    /// <param name="room">Where the last gateway lives, if not with the others.</param>
    public static async Task<ClusterProcesses> Start(string store, NetworkRoom? room, int silos = 2, int gateways = 2, params string[] settings)
    {
        var cluster = new ClusterProcesses(store, room, silos, gateways, settings);
        try
        {
            await Task.WhenAll(cluster.All.Select(server => server.Restart()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts whatever has ended, and waits until all are ready.</summary>
    public Task Heal() => Task.WhenAll(All.Select(server => server.HasExited ? server.Restart() : server.Ready()));

    /// <summary>Adds a service, and waits until every gateway knows it.</summary>
    public async Task Add(string service)
    {
        (await Operator.PutAsJsonAsync($"/v1/services/{service}", new { name = service, category = "tests", symptoms = new[] { "app" } })).EnsureSuccessStatusCode();
        foreach (var gateway in Gateways)
            await Eventually.True($"every gateway knows {service}", AnswersWithin, async () => (await gateway.Http.GetAsync($"/v1/services/{service}")).IsSuccessStatusCode);
    }

    /// <summary>The silo on which a series is counted now.</summary>
    public async Task<ServerProcess> HolderOf(string series)
    {
        var id = new ClusteringOptions().Id;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (id, id))
            .UseRedisClustering(options => options.ConfigurationOptions = ConfigurationOptions.Parse(_store)));
        using var host = builder.Build();
        await host.StartAsync();
        try
        {
            var grains = (IClusterClient)host.Services.GetService(typeof(IClusterClient))!;
            var address = await grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grains.GetGrain<IRegionGrain>(series));
            var index = address is null ? -1 : Array.IndexOf(_siloPorts, address.Endpoint.Port);
            return index >= 0 ? Silos[index] : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Nobody holds {series}: {address}"));
        }
        finally
        {
            await host.StopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Operator.Dispose();
        await Task.WhenAll(All.Select(server => server.DisposeAsync().AsTask()));
        Directory.Delete(_directory, recursive: true);
    }
}
