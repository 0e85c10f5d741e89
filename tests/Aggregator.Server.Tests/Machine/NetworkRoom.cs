using System.Diagnostics;

namespace Aggregator.Server.Tests;

/// <summary>A network namespace for one server, joined to this one by a cable on which the store, the silos and everybody else have an address each: one of them can be cut off.</summary>
/// <remarks>The addresses are of 198.18.0.0/15, which RFC 2544 sets aside for trials.</remarks>
internal sealed class NetworkRoom : IAsyncDisposable
{
    private static int _rooms;

    private readonly string _name;
    private readonly string _network;

    private NetworkRoom(int number) =>
        (_name, _network) = ($"agg{Environment.ProcessId % 100_000}-{number}", $"198.18.{(Environment.ProcessId + number) % 250}");

    /// <summary>Where who is in the room finds the store.</summary>
    public string Store => _network + ".1";

    /// <summary>Where who is in the room finds the silos, and they each other.</summary>
    public string Silos => _network + ".2";

    /// <summary>Where everybody finds who is in the room.</summary>
    public string Inside => _network + ".4";

    private string Outside => _network + ".3";

    /// <summary>None where this process may not make one.</summary>
    public static async Task<NetworkRoom?> Open()
    {
        if (Machine.Ip is null) return null;
        var room = new NetworkRoom(Interlocked.Increment(ref _rooms));
        if (!await Ip("netns", "add", room._name)) return null;

        // What this side says first of itself is what the room answers to: that one is never cut off.
        var made = await Ip("link", "add", room.Cable, "type", "veth", "peer", "name", "eth0", "netns", room._name);
        foreach (var address in (string[])[room.Outside, room.Store, room.Silos]) made = made && await Ip("address", "add", address + "/24", "dev", room.Cable);
        made = made && await Ip("link", "set", room.Cable, "up") && await room.InRoom("address", "add", room.Inside + "/24", "dev", "eth0")
            && await room.InRoom("link", "set", "eth0", "up") && await room.InRoom("link", "set", "lo", "up");
        if (made) return room;
        await room.DisposeAsync();
        return null;
    }

    /// <summary>How a program is started inside.</summary>
    public string[] Enter(string program) => [Machine.Ip!, "netns", "exec", _name, program];

    /// <summary>From now on nothing that is said inside reaches the address, on new connections or old ones.</summary>
    public async Task Cut(string address) => Assert.True(await InRoom("route", "add", "blackhole", address));

    public async Task Mend(string address) => Assert.True(await InRoom("route", "delete", "blackhole", address));

    public async ValueTask DisposeAsync()
    {
        await Ip("link", "delete", Cable);
        await Ip("netns", "delete", _name);
    }

    private string Cable => _name;

    private Task<bool> InRoom(params string[] arguments) => Ip(["-netns", _name, .. arguments]);

    private static async Task<bool> Ip(params string[] arguments)
    {
        using var running = Process.Start(new ProcessStartInfo(Machine.Ip!, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        await running.WaitForExitAsync();
        return running.ExitCode == 0;
    }
}
