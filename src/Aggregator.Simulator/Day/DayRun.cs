namespace Aggregator.Simulator;

/// <summary>Sends the pieces of a day, several at once, and keeps count of what was acknowledged.</summary>
internal sealed class DayRun(AggregatorClient client, DayPlan plan, string run)
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[plan.Cells];
    private long _written;
    private long _accepted;
    private int _next;

    /// <summary>Reports by service and region: those of the pieces that were answered.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Lines written, those that had to be written again too.</summary>
    public long Written => Interlocked.Read(ref _written);

    public async Task Send(CancellationToken cancel)
    {
        // Where one piece fails the others that are under way need not be waited for, nor new ones begun.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var senders = Enumerable.Range(0, plan.Options.Requests).Select(_ => Task.Run(() => SendPieces(stop.Token), stop.Token)).ToList();
        while (senders.Count > 0)
        {
            var done = await Task.WhenAny(senders);
            senders.Remove(done);
            if (!done.IsCompletedSuccessfully) await stop.CancelAsync();
            await done;
        }
    }

    private async Task SendPieces(CancellationToken cancel)
    {
        for (int piece; (piece = Interlocked.Increment(ref _next) - 1) < plan.Pieces;)
        {
            PieceContent? sent = null;
            var answer = await client.Reports($"{run}-{piece}", () => sent = new(plan, piece, lines => Interlocked.Add(ref _written, lines)), cancel);
            if (answer.Accepted != plan.ReportsOf(piece))
            {
                var first = answer.Errors is [var error, ..] ? $" Line {error.Line}: {error.Reason} {error.Detail}" : "";
                throw new UsageException($"Of the {plan.ReportsOf(piece):N0} reports of piece {piece} only {answer.Accepted:N0} were accepted: " +
                    $"duplicate {answer.Duplicate:N0}, quarantined {answer.Quarantined:N0}, rejected {answer.Rejected:N0}.{first}");
            }

            lock (_lock)
            {
                for (var cell = 0; cell < _counts.Length; cell++) _counts[cell] += sent!.Counts[cell];
            }

            Interlocked.Add(ref _accepted, answer.Accepted);
        }
    }
}
