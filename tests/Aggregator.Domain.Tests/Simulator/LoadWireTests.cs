using System.Net;
using System.Net.Sockets;
using System.Text;
using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class LoadWireTests
{
    private static readonly LoadOptions Options = new(100_000, TimeSpan.Zero, TimeSpan.FromMilliseconds(2), null, 3, TimeSpan.FromSeconds(30), 1L << 32, 7);

    [Theory]
    [InlineData("HTTP/1.1 202 Accepted\r\nContent-Length: 21\r\nServer: x\r\n\r\n{\"outcome\":\"counted\"}", "counted", false)]
    [InlineData("HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n17\r\n{\"outcome\":\"duplicate\"}\r\n0\r\n\r\n", "duplicate", false)]
    [InlineData("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 42\r\n\r\n{\"type\":\"urn:aggregator:too-many-reports\"}", "too-many-reports", false)]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "502", true)]
    public void An_answer_is_read_whole_and_by_its_word(string text, string word, bool closes)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        for (var part = 0; part < bytes.Length; part++) Assert.False(HttpAnswer.TryRead(bytes.AsSpan(0, part), out _));

        Assert.True(HttpAnswer.TryRead([.. bytes, .. "HTTP/1.1 next"u8], out var answer));
        Assert.Equal(bytes.Length, answer.Length);
        Assert.Equal(closes, answer.Closes);
        Assert.Equal(word, new string(answer.Word(new char[64])));
    }

    [Fact]
    public void What_is_not_HTTP_is_told_apart() =>
        Assert.Throws<InvalidDataException>(() => HttpAnswer.TryRead("SSH-2.0-OpenSSH_9.2\r\n\r\n"u8, out _));

    [Fact]
    public void Every_reporter_has_an_address_and_the_same_seed_the_same_ones()
    {
        string[] Requests(long seed) => [.. Enumerable.Range(0, 5_000).Select(number => Request(number, Options with { Seed = seed }))];

        Assert.Equal(5_000, Requests(1).Select(AddressOf).Distinct().Count());
        Assert.All(Requests(1), request => Assert.True(IPAddress.TryParse(AddressOf(request), out _)));
        Assert.Equal(Requests(1), Requests(1));
        Assert.Empty(Requests(1).Select(AddressOf).Intersect(Requests(2).Select(AddressOf)));
    }

    [Fact]
    public void As_few_reporters_as_asked_for_take_turns() =>
        Assert.Equal(10, Enumerable.Range(0, 500).Select(number => AddressOf(Request(number, Options with { Reporters = 10 }))).Distinct().Count());

    [Fact]
    public void No_network_gives_much_more_than_its_part() =>
        Assert.True(Enumerable.Range(0, 100_000).Select(number => AddressOf(Request(number, Options))).CountBy(address => address[..address.LastIndexOf('.')]).Max(network => network.Value) < 20);

    [Fact]
    public async Task Over_real_sockets_each_report_is_sent_once_and_a_lost_answer_is_unknown()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var heard = 0;
        var serving = Serve();

        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        var figures = await new LoadRun(url, new(url, ["x"], ["US"], Options), Options, TimeProvider.System).Send(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await serving;

        Assert.Equal((200, 200), (figures.Offered, heard));
        Assert.Equal((199, 1), (figures.Of("counted"), figures.Of(LoadCourse.Unknown)));

        async Task Serve()
        {
            var open = new List<Task>();
            try
            {
                while (true) open.Add(Answer(await listener.AcceptSocketAsync(stop.Token)));
            }
            catch (OperationCanceledException)
            {
                await Task.WhenAll(open);
            }
        }

        async Task Answer(Socket socket)
        {
            using var _ = socket;
            var buffer = new byte[4096];
            // One request is in flight at a time, and small enough to come in one piece.
            while (await socket.ReceiveAsync(buffer, SocketFlags.None) > 0)
            {
                if (Interlocked.Increment(ref heard) == 100) return;
                await socket.SendAsync("HTTP/1.1 202 Accepted\r\nContent-Length: 21\r\n\r\n{\"outcome\":\"counted\"}"u8.ToArray(), SocketFlags.None);
            }
        }
    }

    private static string Request(long number, LoadOptions options)
    {
        var bytes = new byte[LoadRequests.MostBytes];
        var length = new LoadRequests(new("http://localhost:5080"), ["x", "aws"], ["US", "GB"], options).Write(number, bytes);
        return Encoding.ASCII.GetString(bytes, 0, length);
    }

    private static string AddressOf(string request) => request.Split("\r\n").Single(line => line.StartsWith("X-Forwarded-For: ", StringComparison.Ordinal))[17..];
}
