using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Aggregator.Server.Tests;

/// <summary>A client that breaks off is no news: the log holds no warning and no error of it, and others are served.</summary>
public sealed class BrokenOffTests
{
    private static readonly TimeSpan EndedWithin = TimeSpan.FromSeconds(10);

    private static readonly (string Head, string Body)[] Uploads =
    [
        ("POST /v1/reports HTTP/1.1\r\nContent-Type: application/x-ndjson", "{\"service\":\"x\",\"region\":\"US\"}\n{\"serv"),
        ("POST /v1/history HTTP/1.1\r\nContent-Type: application/x-ndjson", "{\"service\":\"x\""),
        ("POST /v1/history/downdetector?service=x&region=US HTTP/1.1\r\nContent-Type: application/json", "[{\"point_in_time\":"),
        ("PUT /v1/services/broken HTTP/1.1\r\nContent-Type: application/json", "{\"name\":\"x\""),
        ("PUT /v1/services/broken HTTP/1.1\r\nContent-Type: application/json; charset=utf-16", "{\"name\":\"x\""),
        ("PUT /v1/regions/QX HTTP/1.1\r\nContent-Type: application/json", "{"),
        ("PATCH /v1/subscriptions/x HTTP/1.1\r\nContent-Type: application/json", "{\"url\""),
        ("POST /v1/incidents/x/notes HTTP/1.1\r\nContent-Type: application/json", "{\"text\":\""),
        ("POST /v1/services/x/reports HTTP/1.1\r\nContent-Type: application/json", "{\"symptom\":"),
        ("POST /services/x/report HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded", "symptom=oth"),
        ("POST /services/x/report HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nfoo"),
        ("POST /operate/sign-in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded", "key=oth"),
    ];

    private static readonly string[] Heads =
    [
        "", "GET", "GET / HTTP/1.1\r\nHos", "GET / HTTP/1.1\r\nHost: x\r\n", "\u0016\u0003\u0001\0\u0005hello", "\0\0\0\0", "GET /%zz HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n", "GET /v1/export/series?service=x&interval=1m HTTP/1.1\r\nHost: x\r\n\r\n", "GET /v1/export/incidents HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n",
    ];

    [Fact]
    public async Task Nothing_is_written_to_the_log_when_a_client_breaks_off()
    {
        using var log = new ErrorLog(LogLevel.Warning);
        await using var server = await RunningServer.Start(log, new HttpLimits(), RunningServer.BelievingProxies);
        var before = log.Lines.Count;
        foreach (var how in Enum.GetValues<End>())
        {
            foreach (var head in Heads) await BreakOff(server, Encoding.Latin1.GetBytes(head), how);
            foreach (var (head, body) in Uploads)
            {
                var whole = $"{head}\r\nHost: x\r\nAuthorization: Bearer {RunningServer.OperatorKey}\r\n";
                await BreakOff(server, Encoding.Latin1.GetBytes($"{whole}Content-Length: 2000\r\n\r\n{body}"), how);
                await BreakOff(server, Encoding.Latin1.GetBytes($"{whole}Transfer-Encoding: chunked\r\n\r\n{body.Length + 50:x}\r\n{body}"), how);
            }
        }

        // What the server still does with the last of them is over once it has taken and ended a request of the same kind.
        await server.PostLines("/v1/reports", "{\"service\":\"x\",\"region\":\"US\"}").Json(HttpStatusCode.OK);
        Assert.True(log.Lines.Count == before, string.Join('\n', log.Lines.Skip(before).Take(5)));
    }

    private static async Task BreakOff(RunningServer server, byte[] begun, End how)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(server.Anybody.BaseAddress!.Host, server.Anybody.BaseAddress.Port);
        await using var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(begun);
            if (how == End.Reset) client.Client.LingerState = new(enable: true, seconds: 0);
            if (how != End.HalfClosed) return;

            client.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(Stream.Null).WaitAsync(EndedWithin, TimeProvider.System);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // The server has closed it.
        }
    }

    private enum End
    {
        Closed,
        HalfClosed,
        Reset,
    }
}
