using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>How an intake ended.</summary>
internal enum IntakeResult
{
    /// <summary>In the store.</summary>
    Committed,

    /// <summary>Too many are waiting; nothing was taken.</summary>
    QueueFull,

    /// <summary>The store has no room; nothing was taken.</summary>
    StoreFull,

    /// <summary>The store did not answer in time: whether it was taken is not known. Sending it again counts it once.</summary>
    StoreUnreachable,

    /// <summary>The batch id was used for another content; nothing was taken.</summary>
    OtherContent,

    /// <summary>The store is a replica; nothing was taken. This and what follows: see <see cref="StoreFault"/>.</summary>
    StoreReadOnly,

    /// <summary>The store cannot write its log or its snapshot; nothing was taken.</summary>
    StoreNotPersisting,

    /// <summary>The store is reading its data after a start; nothing was taken.</summary>
    StoreLoading,

    /// <summary>A part of the Redis Cluster is down; nothing was taken.</summary>
    StoreClusterDown,

    /// <summary>The store does not let this server in, or not do this; nothing was taken.</summary>
    StoreForbidden,

    /// <summary>A long script blocks the store; nothing was taken.</summary>
    StoreBusy,

    /// <summary>The store has too few replicas to take writes; nothing was taken.</summary>
    StoreTooFewReplicas,
}

internal static class IntakeResults
{
    private const string Prefix = "Store";

    /// <summary>The two lists have the same words, so that what the store said is the same in a problem, a metric and the health.</summary>
    public static IntakeResult From(StoreFault fault) => Enum.Parse<IntakeResult>(Prefix + fault);

    public static StoreFault FaultOf(IntakeResult result) => Enum.Parse<StoreFault>(result.ToString()[Prefix.Length..]);
}

/// <summary>Gathers reports into batches and appends them; a report is acknowledged when the store has it.</summary>
/// <remarks>
/// Whatever arrived while a lane's last commit was in flight is its next batch: no timer, no linger. There is one lane, for few large batches
/// cost less than many small ones; on a Redis Cluster, where a script touches one shard alone, each shard has its own.
/// A commit whose outcome is unknown is tried again under the same id until the report's time is up; one that the store refused is not.
/// </remarks>
internal sealed partial class Intake : BackgroundService
{
    /// <summary>How many reports may wait in one lane.</summary>
    private const int LaneCapacity = 16384;

    private const int BatchAtMost = 1024;

    /// <summary>A report waits no longer than this for its answer, so that with the way to and fro it is there within 2 s.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(1.3);

    private static readonly TimeSpan ShortestTry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromSeconds(10), RefusedLatelyWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepOwnBatch = TimeSpan.FromMinutes(10);

    private static readonly Task<(IntakeResult, LineOutcome)> StoreIsFull = Task.FromResult((IntakeResult.StoreFull, default(LineOutcome)));
    private static readonly Task<(IntakeResult, LineOutcome)> QueueIsFull = Task.FromResult((IntakeResult.QueueFull, default(LineOutcome)));

    private readonly Lock _saying = new();
    private readonly Channel<Waiting>[] _lanes;
    private readonly ReportStore _store;
    private readonly RegionHints _hints;
    private readonly Telemetry _telemetry;
    private readonly TimeProvider _clock;
    private readonly ILogger<Intake> _logger;
    private volatile Tuple<StoreFault, long>? _refused;
    private StoreFault? _saidFault;
    private long _saidAt, _unsaid;

    public Intake(ReportStore store, RegionHints hints, Telemetry telemetry, TimeProvider clock, ILogger<Intake> logger)
    {
        (_store, _hints, _telemetry, _clock, _logger) = (store, hints, telemetry, clock, logger);
        _lanes = [.. Enumerable.Range(0, StoreKeys.Shards).Select(_ => Channel.CreateBounded<Waiting>(
            new BoundedChannelOptions(LaneCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait }))];
    }

    /// <summary>Appends one report.</summary>
    /// <remarks>Nobody waits beyond <see cref="AnswerWithin"/>: a lane gives each batch the time that its oldest report has left, and tries none that has none.</remarks>
    public Task<(IntakeResult Result, LineOutcome Line)> Submit(in Report report)
    {
        if (_store.IsFull)
        {
            _telemetry.Refused(IntakeResult.StoreFull, 1);
            return StoreIsFull;
        }

        var waiting = new Waiting(report, _clock.GetTimestamp());
        if (_lanes[LaneOf(report.Series.Service)].Writer.TryWrite(waiting)) return waiting.Task;

        _telemetry.Refused(IntakeResult.QueueFull, 1);
        return QueueIsFull;
    }

    /// <summary>How many reports wait for their commit, and how many may.</summary>
    public (int Waiting, int AtMost) Queue => (_lanes.Sum(lane => lane.Reader.Count), LaneCapacity * (_store.TakesShardsTogether ? 1 : _lanes.Length));

    /// <summary>Why the store refused the last batch, if that was a moment ago.</summary>
    public StoreFault? RefusedLately => _refused is { Item1: { IsRefusal: true } fault, Item2: var at } && _clock.GetElapsedTime(at) < RefusedLatelyWithin ? fault : null;

    /// <summary>Appends a batch that its caller made.</summary>
    /// <param name="within">For how long it is tried.</param>
    public async Task<(IntakeResult Result, LineOutcome[] Lines)> Commit(CommitBatch batch, TimeSpan within)
    {
        using var span = Tracing.Source.StartActivity(Tracing.Commit);
        return await Commit(batch, within, span);
    }

    private async Task<(IntakeResult Result, LineOutcome[] Lines)> Commit(CommitBatch batch, TimeSpan within, Activity? span)
    {
        var begun = _clock.GetTimestamp();
        var answer = _store.IsFull ? Refused(IntakeResult.StoreFull, batch.Reports.Count) : await Append(batch, begun, within);
        _telemetry.Committed(answer.Result, batch.Reports.Count, _clock.GetElapsedTime(begun));
        span?.SetTag("aggregator.reports", batch.Reports.Count).SetTag("aggregator.result", answer.Result.ToString());
        if (answer.Result != IntakeResult.Committed) span.Fail(answer.Result.ToString());
        return answer;
    }

    private async Task<(IntakeResult Result, LineOutcome[] Lines)> Append(CommitBatch batch, long begun, TimeSpan within)
    {
        var mayBeThere = false;
        while (within - _clock.GetElapsedTime(begun) is { Ticks: > 0 } left)
        {
            try
            {
                var answer = await _store.Commit(batch).WaitAsync(left, _clock);
                if (answer.Result == CommitResult.OtherContent) return (IntakeResult.OtherContent, []);
                if (answer.Result == CommitResult.Committed) _hints.Publish(answer);
                else _hints.Reread(SeriesOf(batch));
                _telemetry.Received(batch.Reports, answer.Lines);
                _refused = null;
                return (IntakeResult.Committed, answer.Lines);
            }
            catch (Exception error) when (StoreFaults.Of(error) is { } fault)
            {
                if (fault.IsRefusal || _clock.GetElapsedTime(begun) + RetryAfter >= within)
                {
                    _refused = Tuple.Create(fault, _clock.GetTimestamp());
                    SayRefused(fault, batch.Reports.Count, error.Message);

                    // A try without an answer may have appended it, into whatever buckets: nobody else would tell the regions.
                    if (mayBeThere || !fault.IsRefusal) _hints.Reread(SeriesOf(batch));
                    return Refused(IntakeResults.From(fault), batch.Reports.Count);
                }

                mayBeThere = true;
                await Task.Delay(RetryAfter, _clock);
            }
        }

        return Refused(IntakeResult.StoreUnreachable, batch.Reports.Count);
    }

    /// <summary>Says at once what the store says anew, and the same again every few seconds: a store that refuses does so for each of thousands of batches a second.</summary>
    private void SayRefused(StoreFault fault, int reports, string reason)
    {
        lock (_saying)
        {
            _unsaid += reports;
            if (fault == _saidFault && _clock.GetElapsedTime(_saidAt) < SayAgainAfter) return;
            LogRefused(_unsaid, fault, reason);
            (_unsaid, _saidFault, _saidAt) = (0, fault, _clock.GetTimestamp());
        }
    }

    private (IntakeResult Result, LineOutcome[] Lines) Refused(IntakeResult reason, int reports)
    {
        _telemetry.Refused(reason, reports);
        return (reason, []);
    }

    private int LaneOf(ServiceKey service) => _store.TakesShardsTogether ? 0 : StoreKeys.ShardOf(service);

    private static IEnumerable<SeriesKey> SeriesOf(CommitBatch batch) => batch.Reports.Select(report => report.Series).Distinct();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, _lanes.Length).Select(shard => Task.Run(() => Run(shard, stoppingToken), stoppingToken)));

    private async Task Run(int shard, CancellationToken stoppingToken)
    {
        var lane = _lanes[shard].Reader;
        var batch = new List<Waiting>(BatchAtMost);
        try
        {
            while (await lane.WaitToReadAsync(stoppingToken))
            {
                batch.Clear();
                while (batch.Count < BatchAtMost && lane.TryRead(out var next))
                {
                    // Who waited through a stall has no time left for a try; those behind shall not go down with them.
                    if (AnswerWithin - _clock.GetElapsedTime(next.Since) < ShortestTry)
                    {
                        _telemetry.Refused(IntakeResult.StoreUnreachable, 1);
                        next.SetResult((IntakeResult.StoreUnreachable, default));
                    }
                    else
                    {
                        batch.Add(next);
                    }
                }

                if (batch.Count > 0) await CommitOwn(shard, batch);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping. The host has stopped taking requests before, so hardly anything is left in the lane.
            while (lane.TryRead(out var left)) left.TrySetResult((IntakeResult.StoreUnreachable, default));
        }
    }

    private async Task CommitOwn(int shard, List<Waiting> batch)
    {
        try
        {
            var left = AnswerWithin - _clock.GetElapsedTime(batch[0].Since);
            var own = new CommitBatch(shard, PageOf(_clock.GetUtcNow()), Guid.NewGuid().ToString("N"), "", KeepOwnBatch, ReportsOf(batch));
            using var span = Begin(batch);
            var (result, lines) = await Commit(own, left, span);
            for (var i = 0; i < batch.Count; i++) batch[i].SetResult((result, result == IntakeResult.Committed ? lines[i] : default));
        }
        catch (Exception error)
        {
            // A fault of ours must not end the lane: those who wait are told that their outcome is unknown.
            LogCommitFailed(error, batch.Count);
            foreach (var waiting in batch) waiting.TrySetResult((IntakeResult.StoreUnreachable, default));
        }
    }

    private static Report[] ReportsOf(List<Waiting> batch)
    {
        var reports = new Report[batch.Count];
        for (var i = 0; i < reports.Length; i++) reports[i] = batch[i].Report;
        return reports;
    }

    // A key for each batch would be a record of its own in the store, and the embedded one takes back no room of a record that has expired.
    private static string PageOf(DateTimeOffset now) => BucketGrid.TenSeconds.IndexOf(now).ToString(CultureInfo.InvariantCulture);

    /// <summary>One commit for all who wait: it goes on in the trace of one of them, and the others can be followed to it by a link.</summary>
    private static Activity? Begin(List<Waiting> batch)
    {
        Causes? causes = null;
        foreach (var waiting in batch)
        {
            if (waiting.Asking is { } asking) (causes ??= new()).Add(asking.Context);
        }

        if (causes?.Begin(Tracing.Commit) is not { } span) return null;
        foreach (var waiting in batch)
        {
            if (waiting.Asking is { } asking && asking.SpanId != span.ParentSpanId) asking.AddLink(new(span.Context));
        }

        return span;
    }

    private sealed class Waiting(in Report report, long since)
        : TaskCompletionSource<(IntakeResult, LineOutcome)>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Report Report { get; } = report;

        public long Since { get; } = since;

        /// <summary>The request, where it is traced.</summary>
        public Activity? Asking { get; } = Tracing.Current;
    }

    [LoggerMessage(LogLevel.Warning, "{Count} reports were refused because of the store ({Fault}): {Reason}")]
    private partial void LogRefused(long count, StoreFault fault, string reason);

    [LoggerMessage(LogLevel.Error, "A batch of {Count} reports failed")]
    private partial void LogCommitFailed(Exception error, int count);
}
