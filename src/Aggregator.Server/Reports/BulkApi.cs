using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>What became of the lines of a bulk request. The first 100 refused ones are told one by one.</summary>
public sealed record BulkAnswer(long Accepted, long Duplicate, long Quarantined, long Rejected, IReadOnlyList<LineError> Errors);

internal static class BulkApi
{
    private const string IdempotencyKey = "Idempotency-Key";
    private const int CommitsAtOnce = 4;
    private const int ErrorsTold = 100;
    private const int ClockEvery = 256;
    private static readonly TimeSpan KeepKey = TimeSpan.FromHours(24);
    private static readonly TimeSpan KeepOwn = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan CommitWithin = TimeSpan.FromSeconds(10);

    extension(IEndpointRouteBuilder routes)
    {
        public void MapBulk() => routes
            .MapPost("/v1/reports", Submit)
            .WithTags("Reports")
            .AcceptsLinesOf<BulkLine>()
            .Reads(RouteParameter.Header(IdempotencyKey, "1 to 200 characters that stand for this body: sent again under the same key within 24 hours it is answered as it was first, and counted once."))
            .RequireScope(OperatorScopes.Collect)
            .WithMetadata(new RequestSizeLimit(null));
    }

    /// <summary>
    /// Takes many reports, one JSON object a line. Send them in order of time: a reporter counts once per dedup window, which begins at the first of their lines
    /// that is counted, and a network's share goes to the lines that come first, so the same lines in another order may be counted differently.
    /// </summary>
    internal static async Task<Results<Ok<BulkAnswer>, ProblemHttpResult>> Submit(HttpContext http, Catalog catalog, ReporterKeys keys, IOptions<ReportOptions> options, Intake intake, TimeProvider clock)
    {
        if (!NdjsonReader.Accepts(http.Request)) return Problems.WrongMediaType(MediaTypes.Ndjson[0]);

        // Whoever sends an empty one believes to be safe from counting twice.
        var told = http.Request.Headers.TryGetValue(IdempotencyKey, out var values);
        var idempotencyKey = values.ToString();
        if (told && idempotencyKey.Length is 0 or > 200) return Problems.Invalid("Idempotency-Key", "'Idempotency-Key' has 1 to 200 characters.");

        try
        {
            var reader = new BulkLineReader(catalog.Names, options.Value.DedupWindow);
            var run = new Run(intake, idempotencyKey);
            var now = clock.GetUtcNow();
            await foreach (var (number, bytes) in NdjsonReader.Lines(http.Request.BodyReader, BulkLineReader.LineAtMost))
            {
                if (number % ClockEvery == 0) now = clock.GetUtcNow();
                run.Hear(bytes);
                if (bytes is not { } line)
                {
                    run.Refuse(number, (LineReason.LineTooLong, $"A line has at most {BulkLineReader.LineAtMost} bytes."));
                    continue;
                }

                var fault = reader.Read(line.Span, now, out var report, out var wantsKeys);
                if (wantsKeys)
                {
                    reader.Keys = await keys.Between(now - BulkLineReader.Back - options.Value.DedupWindow, now + BulkLineReader.Ahead);
                    fault = reader.Read(line.Span, now, out report, out _);
                }

                if (fault is not null) run.Refuse(number, fault.Value);
                else if (run.Add(report, now, line.Span) is { } shard) await run.Commit(shard);
                if (run.Failure is not null) break;
            }

            return await run.End() is { } failure ? failure : TypedResults.Ok(run.Answer);
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return Problems.ReportsRefused(StoreFaults.Of(error)!.Value);
        }
    }

    /// <summary>One bulk request on its way to the store.</summary>
    private sealed class Run(Intake intake, string idempotencyKey)
    {
        private readonly BulkChunk[] _chunks = [.. Enumerable.Range(0, StoreKeys.Shards).Select(_ => new BulkChunk(keyed: idempotencyKey.Length > 0))];
        private readonly string _run = idempotencyKey.Length == 0
            ? Guid.NewGuid().ToString("N")
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)))[..32];
        private readonly List<Task> _commits = [];
        private readonly List<LineError> _errors = [];
        private readonly Lock _lock = new();
        private readonly XxHash128 _heard = new();
        private bool _guarded = idempotencyKey.Length == 0;
        private long _accepted, _duplicate, _quarantined, _rejected;

        public ProblemHttpResult? Failure { get; private set; }

        public BulkAnswer Answer => new(_accepted, _duplicate, _quarantined, _rejected, _errors);

        /// <summary>Every line is part of what the key stands for, refused ones too.</summary>
        public void Hear(ReadOnlyMemory<byte>? line)
        {
            if (_guarded) return;
            if (line is { } bytes) _heard.Append(bytes.Span);
            _heard.Append("\n"u8);
        }

        public void Refuse(int number, (LineReason Reason, string Detail) fault)
        {
            _rejected++;
            if (_errors.Count < ErrorsTold) _errors.Add(new(number, fault.Reason, fault.Detail));
        }

        /// <summary>Takes a line; answers the shard that is now to be committed, if any.</summary>
        public int? Add(in BulkReport report, DateTimeOffset now, ReadOnlySpan<byte> line)
        {
            var chunk = _chunks[report.Service.Shard];
            chunk.Add(report, now, line);
            return chunk.IsFull ? report.Service.Shard : null;
        }

        public async Task<ProblemHttpResult?> End()
        {
            await Guard();
            for (var shard = 0; shard < _chunks.Length && Failure is null; shard++)
            {
                if (!_chunks[shard].IsEmpty) await Commit(shard);
            }

            await Task.WhenAll(_commits);
            return Failure;
        }

        /// <summary>Ties the key to this body, whatever services it names, before anything of it is counted: to all of it, or to what comes before the first commit.</summary>
        private async Task Guard()
        {
            if (_guarded) return;
            _guarded = true;
            await Append(new(Shard: 0, _run, "body", Convert.ToHexStringLower(_heard.GetHashAndReset()), KeepKey, []));
        }

        public async Task Commit(int shard)
        {
            await Guard();
            if (Failure is not null) return;
            if (_commits.Count >= CommitsAtOnce)
            {
                var done = await Task.WhenAny(_commits);
                _commits.Remove(done);
                await done;
            }

            var (reports, digest, number) = _chunks[shard].Take();
            var keep = idempotencyKey.Length == 0 ? KeepOwn : KeepKey;
            var batch = new CommitBatch(shard, _run, number.ToString(CultureInfo.InvariantCulture), digest, keep, reports);
            _commits.Add(Append(batch));
        }

        private async Task Append(CommitBatch batch)
        {
            var (result, lines) = await intake.Commit(batch, CommitWithin);
            lock (_lock)
            {
                if (result != IntakeResult.Committed)
                {
                    Failure = Problems.Of(result);
                    return;
                }

                for (var i = 0; i < lines.Length; i++)
                {
                    _accepted += lines[i].Counted;
                    var rest = batch.Reports[i].Count - lines[i].Counted;
                    if (lines[i].Rest == ReportOutcome.Duplicate) _duplicate += rest;
                    else _quarantined += rest;
                }
            }
        }
    }
}
