using System.Collections.Immutable;
using Aggregator.Grains;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>What was seen of the store when it was last looked at.</summary>
/// <param name="Fault">Why it took no write; null if it did.</param>
/// <param name="Memory">Null if it did not say.</param>
/// <param name="Findings">What its setup does not promise; empty for the embedded store.</param>
internal sealed record StoreLook(StoreFault? Fault, (long Used, long Limit)? Memory, ImmutableArray<RedisFinding> Findings);

/// <summary>Looks every 5 seconds whether the store takes writes, and every minute whether it is set up for what a 202 promises.</summary>
internal sealed partial class StoreWatch(StoreConnection store, IOptions<StoreOptions> options, TimeProvider clock, ILogger<StoreWatch> logger) : BackgroundService
{
    private const int LooksPerSetup = 12;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5), LookAgainEvery = TimeSpan.FromSeconds(1);

    private HashSet<RedisFinding> _said = [];
    private StoreFault? _saidFault;

    /// <summary>Null until it was looked at once.</summary>
    public StoreLook? Latest { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        var looks = 0;
        do
        {
            var fault = await store.Probe();
            var findings = Latest?.Findings ?? [];
            if (looks++ % LooksPerSetup == 0 && options.Value.Mode == StoreMode.Redis) findings = [.. await RedisSetup.Look(store)];
            Latest = new(fault, await Memory(), findings);
            Say(fault, findings);

            // Health and gauges are to say soon that all is well again.
            timer.Period = fault is null ? LookEvery : LookAgainEvery;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<(long Used, long Limit)?> Memory()
    {
        try
        {
            return await store.Memory();
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            // Some Redis answer all but this question.
            return null;
        }
    }

    private void Say(StoreFault? fault, ImmutableArray<RedisFinding> findings)
    {
        if (fault is { IsRefusal: true } refusal && refusal != _saidFault) LogRefuses(StoreWords.Of(refusal));
        _saidFault = fault;
        foreach (var server in findings.Where(finding => !_said.Contains(finding)).GroupBy(finding => finding.Server)) LogSetup(string.Join(' ', server.Select(StoreWords.Of)));
        _said = [.. findings];
    }

    [LoggerMessage(LogLevel.Warning, "Reports are refused: {Reason}")]
    private partial void LogRefuses(string reason);

    [LoggerMessage(LogLevel.Warning, "{Findings}")]
    private partial void LogSetup(string findings);
}
