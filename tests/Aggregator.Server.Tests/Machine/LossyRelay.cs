using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Aggregator.Server.Tests;

/// <summary>A way to a store on which answers are lost when asked to: what is said to the store arrives there, what it answers does not come back.</summary>
internal sealed class LossyRelay : IAsyncDisposable
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(20);

    private readonly TcpListener _door = new(IPAddress.Loopback, Ports.Free());
    private readonly ConcurrentDictionary<Link, Task> _links = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _store;
    private readonly Task _welcoming;
    private long _lost;

    /// <param name="store">The loopback port of the store.</param>
    public LossyRelay(int store)
    {
        _store = store;
        _door.Start();
        _welcoming = Welcome();
    }

    /// <summary>The configuration string for StackExchange.Redis.</summary>
    public string Connection => $"127.0.0.1:{((IPEndPoint)_door.LocalEndpoint).Port}";

    /// <summary>How often something that the store had answered was not handed on.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Loses what the store answers after a random number of answers more, on the busiest connection or on all, and then the connection; at once or after a silence.</summary>
    public async Task LoseAnswers(Random dice)
    {
        var everywhere = dice.Next(3) == 0;
        var (answers, silence) = (dice.Next(20), dice.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(dice.Next(100, 3000)));
        var before = Lost;

        // A connection may end by itself meanwhile: then it is another's turn.
        await Eventually.True("an answer is lost", AnswersWithin, () =>
        {
            if (Lost > before) return Task.FromResult(true);
            foreach (var link in everywhere ? [.. _links.Keys] : _links.Keys.OrderByDescending(link => link.Said).Take(1)) link.Spoil(answers, silence);
            return Task.FromResult(false);
        });
        foreach (var link in _links.Keys) link.Forget();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _door.Stop();
        await _welcoming;
        await Task.WhenAll(_links.Values);
        _door.Dispose();
        _stopping.Dispose();
    }

    private async Task Welcome()
    {
        try
        {
            while (true)
            {
                var client = await _door.AcceptSocketAsync(_stopping.Token);
                var link = new Link(client, _store, () => Interlocked.Increment(ref _lost));
                _links[link] = Serve(link);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // Stopping.
        }
    }

    private async Task Serve(Link link)
    {
        await Task.Yield();
        await link.Run(_stopping.Token);
        _links.TryRemove(link, out _);
    }

    /// <summary>One connection to the store.</summary>
    private sealed class Link(Socket asking, int port, Action lost)
    {
        private Loss? _loss;
        private long _said;

        /// <summary>How much was said to the store since <see cref="Forget"/>.</summary>
        public long Said => Volatile.Read(ref _said);

        public void Spoil(int answers, TimeSpan silence) => Interlocked.CompareExchange(ref _loss, new(answers, silence), null);

        public void Forget() => Volatile.Write(ref _said, 0);

        public async Task Run(CancellationToken stopping)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            using var from = asking;
            using var to = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                from.NoDelay = to.NoDelay = true;
                await to.ConnectAsync(IPAddress.Loopback, port, over.Token);
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                return;
            }

            // When one side is gone, or the answers are lost, the other way ends too.
            Task[] ways = [Say(from, to, over.Token), Answer(to, from, over.Token)];
            await Task.WhenAny(ways);
            await over.CancelAsync();
            await Task.WhenAll(ways).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task Say(Socket client, Socket store, CancellationToken over)
        {
            var buffer = new byte[64 * 1024];
            while (await client.ReceiveAsync(buffer, over) is > 0 and var read)
            {
                Interlocked.Add(ref _said, read);
                await Send(store, buffer.AsMemory(0, read), over);
            }
        }

        private async Task Answer(Socket store, Socket client, CancellationToken over)
        {
            var buffer = new byte[64 * 1024];
            while (await store.ReceiveAsync(buffer, over) is > 0 and var read)
            {
                if (Volatile.Read(ref _loss) is { } loss && loss.Answers-- <= 0)
                {
                    lost();
                    await Silence(store, loss.Silence, buffer, over);
                    return;
                }

                await Send(client, buffer.AsMemory(0, read), over);
            }
        }

        private static async Task Silence(Socket store, TimeSpan span, byte[] buffer, CancellationToken over)
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(over);
            ending.CancelAfter(span);
            while (await store.ReceiveAsync(buffer, ending.Token) > 0)
            {
                // Nobody hears it.
            }
        }

        private static async Task Send(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken over)
        {
            while (bytes.Length > 0) bytes = bytes[await to.SendAsync(bytes, over)..];
        }
    }

    private sealed class Loss(int answers, TimeSpan silence)
    {
        /// <summary>How many are handed on before.</summary>
        public int Answers { get; set; } = answers;

        public TimeSpan Silence { get; } = silence;
    }
}
