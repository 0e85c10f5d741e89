using System.Net.Sockets;

namespace Aggregator.Server.Tests;

/// <summary>A server that was asked to stop ends soon, whatever its clients do.</summary>
[StartsProcess]
public sealed class StopTests
{
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nX-Half: ")]
    [InlineData("POST /v1/services/x/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"reg")]
    [InlineData("GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("")]
    public async Task A_client_that_holds_its_connection_does_not_hold_the_server(string sent)
    {
        var directory = Directory.CreateTempSubdirectory("aggregator-");
        await using var server = await ServerProcess.Start($"Store:DataDirectory={directory.FullName}");
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent));

        // Answered later than what the client sent before it, which the server has therefore seen.
        using (await server.Http.GetAsync("/health/live"))
        {
            var begun = TimeProvider.System.GetTimestamp();
            await server.Stop();
            Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, StopsWithin);
        }

        Assert.Equal(0, server.ExitCode);
        directory.Delete(recursive: true);
    }
}
