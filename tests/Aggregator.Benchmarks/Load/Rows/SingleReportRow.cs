namespace Aggregator.Benchmarks;

/// <summary>Single reports against an endpoint that does nothing and one that only counts.</summary>
internal sealed class SingleReportRow(string name, string title, string reach, ReportRequests requests) : Row(name, title)
{
    // Far enough that the warm-up does not get there: its reporters would be heard twice.
    private const long AfterWarmUp = 100_000_000;

    public override async Task<Table> Measure(LoadRun run, CancellationToken cancel)
    {
        var measured = await run.Interleave(Name, [Contender.NoOp, Contender.Naive, Contender.Embedded, Contender.OnRedis], async (contender, server) =>
        {
            var warmUp = await run.Generator.Send(server.Address, requests.Set, run.Options.WarmUp, 0, cancel);
            var sent = await run.Generator.Send(server.Address, requests.Set, run.Options.Time, AfterWarmUp, cancel);
            var answered = warmUp.Requests + sent.Requests - warmUp.Refused - sent.Refused;

            // The last ones of each sending are on their way when it ends: counted perhaps, but not seen to be answered.
            var doubtful = 2L * run.Generator.Connections + warmUp.Broken + sent.Broken;
            var remark = contender == Contender.NoOp ? "" : await CountCheck.Remark(contender, server, requests.Services, answered, doubtful, cancel);
            return new Turn(sent.PerSecond, sent.Errors, remark);
        }, cancel);
        return Comparison.Of(Title, reach, "requests/s", measured, Contender.NoOp, Contender.Naive);
    }
}
