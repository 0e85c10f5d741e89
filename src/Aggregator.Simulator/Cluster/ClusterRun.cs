using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary>Runs a cluster until it is told to stop: Redis first, then the silos, then the gateways; they are stopped the other way round.</summary>
/// <remarks>A server that ends by itself is started again, as a service manager would.</remarks>
internal sealed class ClusterRun(ClusterPlan plan, IAnsiConsole console, TimeProvider time)
{
    private const int WideEnough = 10_000;
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RestartAfter = TimeSpan.FromSeconds(1);
    private static readonly string[] Colours = ["aqua", "green", "yellow", "fuchsia", "blue", "olive", "teal", "silver"];

    private readonly Lock _console = new();
    private readonly ConcurrentDictionary<string, string> _colours = new();
    private readonly string _key = plan.Key ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    /// <param name="server">The server's program, where it was named.</param>
    /// <param name="cancel">Stops the cluster.</param>
    public async Task<int> Run(string? server, CancellationToken cancel)
    {
        // Lines of a log stay lines.
        console.Profile.Width = WideEnough;
        if (!IsThere("redis-server")) throw new UsageException("There is no redis-server on this machine; Debian has it as redis-server.");
        var program = await ServerFiles.Find(server, cancel);
        var folder = Directory.CreateTempSubdirectory("aggregator-cluster-").FullName;
        var members = new List<Member>();
        try
        {
            var data = Directory.CreateDirectory(plan.Data ?? Path.Combine(folder, "redis")).FullName;
            var redis = FreePort();
            members.Add(new("redis", ["redis-server", "--port", $"{redis}", "--bind", "127.0.0.1", "--dir", data, "--appendonly", "yes", "--appendfsync", "always", "--save", ""], new($"redis://127.0.0.1:{redis}")));
            for (var i = 1; i <= plan.Silos; i++) members.Add(Server(program, $"silo-{i}", "Silo", redis, folder));
            for (var i = 1; i <= plan.Gateways; i++) members.Add(Server(program, $"gateway-{i}", "Gateway", redis, folder));

            foreach (var member in members) Start(member);
            await Task.WhenAll(members.Select(member => Ready(member, cancel)));
            Introduce(members);
            await Task.WhenAll(members.Select(member => Keep(member, cancel)));
            return 0;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return 0;
        }
        finally
        {
            // The gateways together; silos one after the other, so that each hands its grains to those that are left.
            await Task.WhenAll(members.Where(member => member.Name.StartsWith("gateway", StringComparison.Ordinal)).Select(Stop));
            foreach (var member in Enumerable.Reverse(members)) await Stop(member);
            Directory.Delete(folder, recursive: true);
        }
    }

    private Member Server(string program, string name, string role, int redis, string folder)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        return new(name,
        [
            "dotnet", program, $"--Urls={address}", "--Store:Mode=Redis", $"--Store:Connection=127.0.0.1:{redis}", $"--Store:DataDirectory={Path.Combine(folder, name)}",
            $"--Cluster:Role={role}", "--Cluster:Address=127.0.0.1", .. plan.Settings.Select(setting => "--" + setting),
        ], address);
    }

    private void Start(Member member) =>
        // Not on the command line, where every user of the machine could read it.
        member.Process = new(member.Name, member.Command, new Dictionary<string, string> { ["Operator__Key"] = _key }, Tell);

    private static async Task Stop(Member member)
    {
        if (member.Process is { } process) await process.DisposeAsync();
        member.Process = null;
    }

    private async Task Ready(Member member, CancellationToken cancel)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var timer = new PeriodicTimer(LookEvery, time);
        for (var begun = time.GetTimestamp(); time.GetElapsedTime(begun) < ReadyWithin;)
        {
            await timer.WaitForNextTickAsync(cancel);
            if (member.Process!.HasExited) throw new UsageException($"{member.Name} ended with {member.Process.ExitCode} before it was ready; the others are stopped.");
            try
            {
                if (member.Address.Scheme == Uri.UriSchemeHttp)
                {
                    using var answer = await http.GetAsync(new Uri(member.Address, "/health/ready"), cancel);
                    if (answer.IsSuccessStatusCode) return;
                    continue;
                }

                using var connection = new TcpClient();
                await connection.ConnectAsync(member.Address.Host, member.Address.Port, cancel);
                return;
            }
            catch (Exception error) when (error is HttpRequestException or SocketException || (error is TaskCanceledException && !cancel.IsCancellationRequested))
            {
                // Not yet.
            }
        }

        throw new UsageException($"{member.Name} was not ready within {ReadyWithin.TotalSeconds:0} s; the others are stopped.");
    }

    /// <summary>Starts a member again when it has ended by itself.</summary>
    private async Task Keep(Member member, CancellationToken cancel)
    {
        while (true)
        {
            await member.Process!.Exit(cancel);
            Tell(member.Name, $"ended with {member.Process.ExitCode}; it is started again");
            await Task.Delay(RestartAfter, time, cancel);
            await Stop(member);
            Start(member);
            Tell(member.Name, $"is process {member.Process!.Id} now");
        }
    }

    private void Introduce(IEnumerable<Member> members)
    {
        var table = new Table().AddColumns("server", "address", "process");
        foreach (var member in members) table.AddRow(member.Name, member.Address.ToString(), $"{member.Process!.Id}");
        lock (_console)
        {
            console.Write(table);
            console.MarkupLineInterpolated($"operator key: {_key}; Ctrl-C stops all");
        }
    }

    private void Tell(string name, string line)
    {
        var colour = _colours.GetOrAdd(name, _ => Colours[_colours.Count % Colours.Length]);
        lock (_console) console.MarkupLine($"[{colour}]{name,-10}[/] {Markup.Escape(line)}");
    }

    private static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Member(string name, IReadOnlyList<string> command, Uri address)
    {
        public string Name { get; } = name;

        public IReadOnlyList<string> Command { get; } = command;

        /// <summary>Where it answers.</summary>
        public Uri Address { get; } = address;

        public NamedProcess? Process { get; set; }
    }
}
