using System.Diagnostics;
using Aggregator.Domain;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>The counts: appended by one script, read by hour or by day.</summary>
/// <remarks>Every method throws <see cref="RedisException"/> or <see cref="TimeoutException"/> while the store is out of reach.</remarks>
public sealed class ReportStore(StoreConnection connection, IOptions<ReportOptions> options, TimeProvider clock) : IDisposable
{
    /// <summary>Buckets that lie in one hash.</summary>
    public const int BucketsPerHour = 360;

    /// <summary>For how long 10-second buckets are kept.</summary>
    public static readonly TimeSpan BucketsKept = TimeSpan.FromHours(26);

    /// <summary>For how long minute counts are kept: 45 days, and a day so that the last one is whole.</summary>
    public static readonly TimeSpan MinutesKept = TimeSpan.FromDays(46);

    /// <summary>For how long comments are kept.</summary>
    public static readonly TimeSpan CommentsKept = TimeSpan.FromHours(48);

    private static readonly string PackText = CommitScript.ReadText("pack.lua");

    private readonly StoreKeys _names = new(connection.Prefix);
    private readonly StoreTurns _turns = new();

    /// <summary>Whether nothing more may be appended until there is room.</summary>
    public bool IsFull => connection.IsFull;

    /// <summary>Whether a batch may hold reports of several shards.</summary>
    public bool TakesShardsTogether => !connection.IsCluster;

    /// <summary>Appends a batch; safe to try again with the same batch when the outcome of a try is unknown.</summary>
    public async Task<CommitAnswer> Commit(CommitBatch batch)
    {
        using var span = Tracing.Source.StartActivity(Tracing.Append, ActivityKind.Client);
        span?.SetTag("db.system.name", "redis").SetTag("db.operation.name", "EVALSHA").SetTag("aggregator.reports", batch.Reports.Count);
        try
        {
            var script = new CommitScript(batch, _names, options.Value, clock.GetUtcNow());
            var answer = await Evaluate(CommitScript.Text, script.Keys, script.Arguments);
            return script.Read((string)answer!);
        }
        catch (Exception error)
        {
            span.Fail(error.GetType().Name);
            throw;
        }
    }

    /// <summary>Packs buckets of an hour (since 1970) that hardly anybody reports on any more; what they hold stays the same.</summary>
    /// <param name="before">The first bucket of the hour that is left as it is; 360 packs them all.</param>
    /// <returns>How many counts were packed.</returns>
    public async Task<int> Pack(SeriesKey series, long hour, int before) => (int)await _turns.Take(() => Evaluate(
        PackText,
        [_names.Buckets(series, hour), _names.Packed(StoreKeys.ShardOf(series.Service))],
        [before, hour * BucketsPerHour, (long)BucketsKept.TotalSeconds]));

    /// <summary>The 10-second buckets of a series that hold anything, in order.</summary>
    /// <param name="from">The first bucket.</param>
    /// <param name="to">The bucket after the last.</param>
    public async Task<List<BucketTally>> ReadBuckets(SeriesKey series, long from, long to)
    {
        var firstHour = from / BucketsPerHour;
        var hours = (int)((to - 1) / BucketsPerHour - firstHour) + 1;
        var replies = await _turns.Take(() => Task.WhenAll(Enumerable.Range(0, hours).Select(i => connection.Shared.HashGetAllAsync(_names.Buckets(series, firstHour + i)))));

        var found = new Dictionary<long, TallyBuilder>();
        for (var i = 0; i < hours; i++)
        {
            var start = (firstHour + i) * BucketsPerHour;
            foreach (var counter in replies[i])
            {
                if (counter.Name == CommitScript.Pack) continue;
                if (counter.Name.StartsWith(CommitScript.Pack))
                {
                    foreach (var (field, count) in CommitScript.Unpack((string)counter.Value!)) Add(start, field, count);
                }
                else Add(start, (string)counter.Name!, (long)counter.Value);
            }
        }

        return [.. found.OrderBy(cell => cell.Key).Select(cell => new BucketTally(cell.Key, cell.Value.Build()))];

        void Add(long start, string field, long count)
        {
            var (cell, what) = TallyBuilder.SplitField(field);
            var bucket = start + cell;
            if (bucket < from || bucket >= to) return;
            if (!found.TryGetValue(bucket, out var tally)) found[bucket] = tally = new();
            tally.Add(what, count);
        }
    }

    /// <summary>What one bucket holds of the given symptoms; not of one that is long past.</summary>
    public async Task<Tally> ReadBucket(SeriesKey series, long bucket, IEnumerable<string> symptoms)
    {
        var (hour, cell) = Math.DivRem(bucket, BucketsPerHour);
        string[] kinds = [.. symptoms.Select(symptom => ":" + symptom), "!n", "!d", "!q"];
        var totals = await _turns.Take(() => connection.Shared.HashGetAsync(_names.Buckets(series, hour), Array.ConvertAll(kinds, kind => (RedisValue)$"{cell}{kind}")));

        var tally = new TallyBuilder();
        for (var i = 0; i < kinds.Length; i++)
        {
            if (!totals[i].IsNull) tally.Set(kinds[i], (long)totals[i]);
        }

        return tally.Build();
    }

    /// <summary>The first of these days (days since 1970) on which a series has minute counts; none where it has none.</summary>
    public async Task<long?> FirstDayWithMinutes(SeriesKey series, long fromDay, long toDay)
    {
        var days = Enumerable.Range(0, (int)(toDay - fromDay)).Select(i => fromDay + i).ToArray();
        if (await _turns.Take(() => connection.Shared.KeyExistsAsync(Array.ConvertAll(days, day => (RedisKey)_names.Minutes(series, day)))) == 0) return null;

        var exist = await _turns.Take(() => Task.WhenAll(days.Select(day => connection.Shared.KeyExistsAsync(_names.Minutes(series, day)))));
        return days[Array.IndexOf(exist, true)];
    }

    /// <summary>Minute counts by hour (hours since 1970); hours of which nothing is kept are absent.</summary>
    public async Task<SortedDictionary<long, MinuteRow>> ReadMinutes(SeriesKey series, long fromHour, long toHour)
    {
        var (firstDay, lastDay) = (fromHour / 24, (toHour - 1) / 24);
        var replies = await _turns.Take(() => Task.WhenAll(Enumerable.Range(0, (int)(lastDay - firstDay) + 1)
            .Select(i => connection.Shared.HashGetAllAsync(_names.Minutes(series, firstDay + i)))));

        var rows = new SortedDictionary<long, MinuteRow>();
        for (var i = 0; i < replies.Length; i++)
        {
            foreach (var row in replies[i])
            {
                var hour = (firstDay + i) * 24 + (long)row.Name;
                if (hour >= fromHour && hour < toHour) rows[hour] = MinuteRow.Parse((string)row.Value!);
            }
        }

        return rows;
    }

    /// <summary>Sets the minute counts of whole hours.</summary>
    public Task WriteMinutes(SeriesKey series, IReadOnlyCollection<KeyValuePair<long, MinuteRow>> rows) => _turns.Take(async () =>
    {
        var writes = rows.GroupBy(row => row.Key / 24).SelectMany(day =>
        {
            var key = _names.Minutes(series, day.Key);
            return (Task[])
            [
                connection.Shared.HashSetAsync(key, [.. day.Select(row => new HashEntry(row.Key % 24, row.Value.ToString()))]),
                connection.Shared.KeyExpireAsync(key, MinutesKept),
            ];
        });
        await Task.WhenAll(writes);
        await connection.Settle();
        return rows.Count;
    });

    /// <summary>What reporters of a service wrote, newest first, as it was appended.</summary>
    public async Task<List<string>> ReadComments(ServiceKey service) =>
        [.. (await connection.Shared.ListRangeAsync(_names.Comments(service))).Select(comment => (string)comment!)];

    /// <summary>Takes a comment away, as it was read; its report stays.</summary>
    public async Task RemoveComment(ServiceKey service, string comment)
    {
        await connection.Shared.ListRemoveAsync(_names.Comments(service), comment);
        await connection.Settle();
    }

    /// <summary>The regions a service was ever reported from, with the moment of the last report; imported ones have none.</summary>
    public async Task<Dictionary<RegionCode, DateTimeOffset?>> ReadRegions(ServiceKey service)
    {
        var entries = await connection.Shared.HashGetAllAsync(_names.Regions(service));
        return entries.ToDictionary(
            entry => RegionCode.Parse((string)entry.Name!),
            entry => (long)entry.Value is var last and > 0 ? DateTimeOffset.FromUnixTimeSeconds(last) : (DateTimeOffset?)null);
    }

    /// <summary>Notes that a region of a service has history, though nobody has reported from it yet.</summary>
    public Task AddRegion(SeriesKey series) => connection.Shared.HashSetAsync(_names.Regions(series.Service), series.Region.Value, 0, When.NotExists);

    /// <summary>Deletes all counts of a series.</summary>
    public async Task Forget(SeriesKey series)
    {
        var now = clock.GetUtcNow();
        var (hour, day) = (now.ToUnixTimeSeconds() / 3600, now.ToUnixTimeSeconds() / 86_400);
        var (hours, days) = ((int)BucketsKept.TotalHours + 2, (int)MinutesKept.TotalDays + 2);

        // From one ahead: a report may be of the next minute.
        RedisKey[] keys = [.. Enumerable.Range(0, hours).Select(i => _names.Buckets(series, hour + 1 - i)), .. Enumerable.Range(0, days).Select(i => _names.Minutes(series, day + 1 - i))];
        await connection.Shared.KeyDeleteAsync(keys);
        await connection.Settle();
    }

    /// <summary>Deletes what reporters of a service wrote, and from where it was reported on.</summary>
    public async Task Forget(ServiceKey service)
    {
        await connection.Shared.KeyDeleteAsync([_names.Comments(service), _names.Regions(service)]);
        await connection.Settle();
    }

    public void Dispose() => _turns.Dispose();

    private async Task<RedisResult> Evaluate(string script, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await EvaluateOnce(script, keys, arguments);
        }
        catch (RedisServerException gone) when (gone.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // The store was restarted and forgot the script; the client sends it anew on the second call.
            return await EvaluateOnce(script, keys, arguments);
        }
    }

    private async Task<RedisResult> EvaluateOnce(string script, RedisKey[] keys, RedisValue[] arguments)
    {
        var answer = connection.Reports.ScriptEvaluateAsync(script, keys, arguments);
        var settled = connection.Settle();
        await Task.WhenAll(answer, settled);
        return await answer;
    }
}
