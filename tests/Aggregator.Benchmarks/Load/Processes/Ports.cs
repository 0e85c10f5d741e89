using System.Net;
using System.Net.Sockets;

namespace Aggregator.Benchmarks;

/// <summary>Loopback ports that a process can have again after it was killed.</summary>
/// <remarks>They lie below those the system gives to outgoing connections, so nobody takes one while its owner is dead.</remarks>
internal static class Ports
{
    private const int First = 20_000, Count = 12_000;

    private static int _next = Environment.ProcessId * 97 % Count;

    public static int Free()
    {
        while (true)
        {
            var port = First + Interlocked.Increment(ref _next) % Count;
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }
}
