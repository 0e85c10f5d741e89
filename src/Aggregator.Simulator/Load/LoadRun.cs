using System.Collections.Concurrent;

namespace Aggregator.Simulator;

/// <summary>Sends a load and measures it.</summary>
internal sealed class LoadRun(Uri url, LoadRequests requests, LoadOptions options, TimeProvider time)
{
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentQueue<LoadConnection> _free = [];
    private long _start = time.GetTimestamp();

    /// <summary>The processor time that the load itself took, from the first request to the last.</summary>
    public TimeSpan Cost { get; private set; }

    public async Task<LoadFigures> Send(CancellationToken cancel)
    {
        var course = new LoadCourse(new(options));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        LoadConnection[] connections = [.. Enumerable.Range(0, options.Connections).Select(_ => new LoadConnection(url, requests, course, Now, _free, stop.Token))];
        try
        {
            foreach (var connection in connections) await connection.Open();
            foreach (var connection in connections) _free.Enqueue(connection);

            var cost = Environment.CpuUsage.TotalTime;
            _start = time.GetTimestamp();
            // A thread of its own: what is due must not wait for a turn.
            await Task.Factory.StartNew(() => Pace(course, connections, cancel), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            Cost = Environment.CpuUsage.TotalTime - cost;
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var connection in connections) connection.Dispose();
            await Task.WhenAll(connections.Select(connection => connection.Serving));
        }

        course.Close(Now());
        return course.Figures();
    }

    private TimeSpan Now() => time.GetElapsedTime(_start);

    private void Pace(LoadCourse course, LoadConnection[] connections, CancellationToken cancel)
    {
        var end = options.WarmUp + options.Measured + options.Patience;
        var check = TimeSpan.Zero;
        for (var now = Now(); !course.IsOver && now < end; now = Now())
        {
            cancel.ThrowIfCancellationRequested();
            course.Pace(now);
            while (_free.TryDequeue(out var connection))
            {
                if (!course.TryTake(out var number))
                {
                    _free.Enqueue(connection);
                    break;
                }

                connection.Serve(number);
            }

            if (now >= check)
            {
                foreach (var connection in connections) connection.GiveUp(now - options.Patience);
                check = now + BetweenChecks;
            }

            Thread.Sleep(1);
        }
    }
}
