using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Aggregator.Simulator;

/// <summary>One connection of a load: a request, its answer, the next request.</summary>
/// <remarks>A bare socket, because an HTTP client costs several times as much of the processor that the server is measured on.</remarks>
internal sealed class LoadConnection(Uri url, LoadRequests requests, LoadCourse course, Func<TimeSpan> clock, ConcurrentQueue<LoadConnection> free, CancellationToken stop) : IDisposable
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(100);

    private readonly byte[] _request = new byte[LoadRequests.MostBytes];
    private readonly byte[] _answer = new byte[16 * 1024];
    private readonly char[] _word = new char[64];
    private Socket _socket = null!;
    private long _sentTicks;
    private TimeSpan _used;

    /// <summary>The work that is under way.</summary>
    public Task Serving { get; private set; } = Task.CompletedTask;

    public async Task Open()
    {
        _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await _socket.ConnectAsync(url.DnsSafeHost, url.Port, stop);
        _used = clock();
    }

    /// <summary>Sends a report and, as long as others wait for a connection, the next ones.</summary>
    public void Serve(long number) => Serving = Work(number);

    /// <summary>Breaks off a request that has been under way since before that moment.</summary>
    public void GiveUp(TimeSpan before)
    {
        if (Volatile.Read(ref _sentTicks) is > 0 and var sent && sent < before.Ticks) _socket.Dispose();
    }

    public void Dispose() => _socket?.Dispose();

    private async Task Work(long number)
    {
        do
        {
            try
            {
                if (clock() - _used > FreshFor) await Reopen();
                await Exchange(number);
            }
            catch (Exception lost) when (lost is SocketException or IOException or InvalidDataException or ObjectDisposedException or OperationCanceledException)
            {
                course.Answer(number, clock(), LoadCourse.Unknown);
                await Reopen();
            }
        }
        while (!stop.IsCancellationRequested && course.TryTake(out number));

        free.Enqueue(this);
    }

    private async Task Exchange(long number)
    {
        Volatile.Write(ref _sentTicks, clock().Ticks);
        try
        {
            _socket.Send(_request.AsSpan(0, requests.Write(number, _request)));
            for (var heard = 0; ;)
            {
                var more = await _socket.ReceiveAsync(_answer.AsMemory(heard), SocketFlags.None, CancellationToken.None);
                if (more == 0) throw new IOException("The connection ended before the answer did.");
                heard += more;
                if (Heard(number, _answer.AsSpan(0, heard)) is not { } closes) continue;
                if (closes) await Reopen();
                return;
            }
        }
        finally
        {
            Volatile.Write(ref _sentTicks, 0);
        }
    }

    /// <returns>Whether the connection ends with this answer; null while it is not there as a whole.</returns>
    private bool? Heard(long number, ReadOnlySpan<byte> bytes)
    {
        if (!HttpAnswer.TryRead(bytes, out var answer)) return null;
        _used = clock();
        course.Answer(number, _used, answer.Word(_word));
        return answer.Closes;
    }

    private async Task Reopen()
    {
        _socket.Dispose();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Open();
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(BetweenAttempts, TimeProvider.System, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
