using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using StackExchange.Redis;

namespace Aggregator.Benchmarks;

/// <summary><c>naive</c>: one <c>HINCRBY</c> a request, awaited before the 202. No dedup, no shares, no detection.</summary>
internal static class NaiveEndpoint
{
    public const string Name = "naive", CountPath = "/naive/count";

    public static Command Command()
    {
        var url = new Option<string>("--urls") { Required = true };
        var store = new Option<string>("--store") { Required = true };
        var command = new Command(Name, "Counts reports one by one in a Redis.") { url, store };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(parsed.GetRequiredValue(store));
            var database = redis.GetDatabase();
            var app = NoOpEndpoint.Bare(parsed.GetRequiredValue(url));
            app.MapPost(ReportRequests.Route, async (string service, ReportBody body) =>
            {
                await database.HashIncrementAsync("naive:" + service, $"{body.Region}:{body.Symptom}");
                return TypedResults.Accepted((string?)null);
            });
            app.MapGet(CountPath, async () =>
            {
                var count = 0L;
                await foreach (var key in redis.GetServers()[0].KeysAsync(pattern: "naive:*"))
                    foreach (var value in await database.HashValuesAsync(key)) count += (long)value;
                return TypedResults.Text($"{count}");
            });
            await app.RunAsync();
        });
        return command;
    }
}
