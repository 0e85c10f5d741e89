using System.Collections.Concurrent;
using System.Globalization;
using Aggregator.Domain;
using Aggregator.Grains;
using StackExchange.Redis;
using static Aggregator.Server.Tests.Commits;

namespace Aggregator.Server.Tests;

public sealed class BucketTestsOnTheEmbeddedStore(Embedded store) : BucketTests<Embedded>(store);

[StartsProcess]
public sealed class BucketTestsOnRedis(RealRedis store) : BucketTests<RealRedis>(store);

/// <summary>What lies in the store after commits.</summary>
public abstract class BucketTests<TStore>(TStore store) : IClassFixture<TStore> where TStore : StoreFixture
{
    private static readonly long FirstBucket = BucketGrid.TenSeconds.IndexOf(Noon);

    [Fact]
    public async Task What_a_commit_answers_is_what_is_read()
    {
        var commits = new Commits(store.Fresh());
        await commits.Append(Report(Us, 0, "app", 3), Report(Us, 59.9, "login"), Report(Gb, 60, "app", 2));

        var answer = await commits.Append(Report(Us, 0, "app", 4), Report(Us, 59.9, "login", 5), Report(Gb, 60, "app", 6));

        Assert.Equal([Us, Gb, All], answer.Touched.Keys.OrderBy(series => series.Region.Value.Length).ThenByDescending(series => series.Region.Value));
        foreach (var (series, tallies) in answer.Touched)
            Assert.Equal(await commits.Read(series), tallies.OrderBy(bucket => bucket.Bucket));
        Assert.Equal([7, 6], (await commits.Read(Us)).Select(bucket => bucket.Tally.Reports));
    }

    [Fact]
    public async Task What_is_long_past_is_kept_in_few_fields_and_counted_exactly()
    {
        var commits = new Commits(store.Fresh(), now: Noon.AddHours(3));
        for (var i = 0; i < 100; i++) await commits.Append(Report(Us, 0, "app"), Report(Us, 1, "login", 2), Report(Us, 2, "app", 3), Report(Gb, 2, "app", reporter: $"r{i}"));

        Assert.Equal([100, 200, 300], (await commits.Read(Us)).Select(bucket => bucket.Tally.Reports));
        Assert.Equal([100, 200, 400], (await commits.Read(All)).Select(bucket => bucket.Tally.Reports));
        var fields = await commits.Connection.Shared.HashLengthAsync(new StoreKeys(commits.Connection.Prefix).Buckets(Us, FirstBucket / ReportStore.BucketsPerHour));
        Assert.InRange(fields, 1, 70);
    }

    [Fact]
    public async Task A_total_that_leaves_out_what_is_packed_is_told_and_to_be_read()
    {
        var (before, later) = (store.Fresh(), Noon.AddMinutes(30));
        await new Commits(before, now: later).Store.Commit(Batch("the first", "", Report(Us, 0, "app", 5), Report(Us, 5, "app")));

        // By a clock that was set back meanwhile.
        var commits = new Commits(before, now: Noon);
        var old = await commits.Append(Report(Us, 5, "app"));
        var late = await commits.Append(Report(Us, 6, "app", 4));

        Assert.Equal([All, Us], old.Untold.OrderBy(series => series.Region.Value));
        Assert.Empty(late.Untold);
        Assert.Equal(4, late.Touched[Us].Single().Tally.Reports);
        Assert.Equal([5, 2, 4], (await commits.Read(Us)).Select(bucket => bucket.Tally.Reports));
    }

    [Fact]
    public async Task Packed_buckets_hold_what_they_held_in_one_field_and_expire_when_they_would_have()
    {
        var commits = new Commits(store.Fresh(), share: 1);
        for (var i = 0; i < 40; i++)
        {
            await commits.Append(Report(Us, i, reporter: $"r{i}", network: "n"), Report(Us, i, "login", 2), Report(Us, i, reporter: "r0"), Report(Us, i, reporter: $"q{i}", network: "n"));
        }

        var (before, hour) = (await commits.Read(Us), FirstBucket / ReportStore.BucketsPerHour);
        var hash = new StoreKeys(commits.Connection.Prefix).Buckets(Us, hour);

        Assert.True(await commits.Store.Pack(Us, hour, before: 120) > 60);
        Assert.Equal(before, await commits.Read(Us));
        Assert.True(await commits.Store.Pack(Us, hour, ReportStore.BucketsPerHour) > 30);
        Assert.Equal(0, await commits.Store.Pack(Us, hour, ReportStore.BucketsPerHour));

        Assert.Equal(before, await commits.Read(Us));
        Assert.Equal(2, await commits.Connection.Shared.HashLengthAsync(hash));
        Assert.InRange((await commits.Connection.Shared.KeyTimeToLiveAsync(hash))!.Value, TimeSpan.FromHours(25), ReportStore.BucketsKept);
    }

    [Fact]
    public async Task What_comes_late_to_a_packed_bucket_adds_up_and_is_to_be_read()
    {
        var commits = new Commits(store.Fresh());
        await commits.Append(Report(Us, 1, count: 5), Report(Us, 1, reporter: "ann", network: "n"), Report(Us, 1, reporter: "ann"));
        await commits.Store.Pack(Us, FirstBucket / ReportStore.BucketsPerHour, ReportStore.BucketsPerHour);

        var late = await commits.Append(Report(Us, 1, reporter: "bob", network: "m"), Report(Us, 1, reporter: "ann"));

        Assert.Contains(Us, late.Untold);
        Assert.Equal(Tally.Create([new("app", 7)], networks: 2, duplicates: 2), await commits.Sum(Us));
    }

    [Fact]
    public async Task Nothing_to_pack_is_no_fault()
    {
        var commits = new Commits(store.Fresh());

        Assert.Equal(0, await commits.Store.Pack(Us, 7, ReportStore.BucketsPerHour));
    }

    [Fact]
    public async Task Reading_begins_with_the_first_bucket_and_ends_before_the_last()
    {
        var commits = new Commits(store.Fresh());
        await commits.Append([.. Enumerable.Range(0, 12).Select(i => Report(Us, i * 15, count: i + 1))]);

        Assert.Equal([3, 4, 5], (await commits.Store.ReadBuckets(Us, FirstBucket + 180, FirstBucket + 450)).Select(bucket => bucket.Tally.Reports));
        Assert.Empty(await commits.Store.ReadBuckets(Us, FirstBucket + 1, FirstBucket + 90));
    }

    [Fact]
    public async Task One_bucket_is_read_for_the_symptoms_asked_for()
    {
        var commits = new Commits(store.Fresh(), share: 1);
        await commits.Append(Report(Us, symptom: "app", count: 3), Report(Us, symptom: "login", count: 2),
            Report(Us, reporter: "ann", network: "n"), Report(Us, reporter: "ann", network: "n"), Report(Us, reporter: "bob", network: "n"));

        Assert.Equal(Tally.Create([new("app", 4)], networks: 1, duplicates: 1, quarantined: 1), await commits.Store.ReadBucket(Us, FirstBucket, ["app", "website"]));
        Assert.Equal(Tally.Empty, await commits.Store.ReadBucket(Us, FirstBucket + 1, ["app"]));
    }

    [Fact]
    public async Task The_whole_is_the_sum_of_its_regions()
    {
        var commits = new Commits(store.Fresh(), share: 4);
        var regions = new[] { "US", "GB", "FR", "IN", "ZZ" }.Select(region => Us with { Region = RegionCode.Parse(region) }).ToArray();
        await commits.Append([.. Enumerable.Range(0, 600).Select(i =>
            Report(regions[i % 5], i / 60.0, i % 3 == 0 ? "app" : "login", 1, reporter: $"r{i % 400}", network: $"n{i % 91}"))]);

        var parts = await Task.WhenAll(regions.Select(commits.Sum));
        var (sum, whole) = (parts.Aggregate((a, b) => a + b), await commits.Sum(All));

        // All but the networks: one that is heard in two regions is one network of the whole.
        Assert.Equal(Tally.Create(sum.Symptoms, whole.Networks, sum.Duplicates, sum.Quarantined), whole);
        Assert.Equal(600, whole.Reports + whole.Duplicates + whole.Quarantined);
        Assert.True(whole is { Networks: > 0, Duplicates: > 0, Quarantined: > 0 } && whole.Networks < sum.Networks, $"{whole}");
    }

    [Fact]
    public async Task Everything_that_only_matters_for_a_while_expires()
    {
        var commits = new Commits(store.Fresh());
        await commits.Append(Report(Us, reporter: "ann", network: "n"), Report(Us, count: 4));
        await commits.Append(Report(Us, 1), Report(Us, 61, reporter: "bob", network: "n"), Report(Us, 1, reporter: "cid", network: "m"));

        // The page of the batches and each of these twice: buckets of US and ALL, reporters, networks.
        var (expiring, staying) = await Keys(commits.Connection);
        Assert.Equal(1 + 4 + 2 + 2, expiring.Count);
        Assert.Contains("regions", Assert.Single(staying), StringComparison.Ordinal);
        Assert.All(expiring, key => Assert.InRange(key.Left, TimeSpan.FromSeconds(1), LongestFor(key.Name)));
        Assert.All(expiring.Where(key => key.Name.Contains(":buckets:")), key => Assert.True(key.Left > TimeSpan.FromHours(25)));
    }

    [Fact]
    public async Task Regions_are_remembered_with_the_moment_of_the_last_report()
    {
        var commits = new Commits(store.Fresh());
        await commits.Append(Report(Us, 5));
        await commits.Store.AddRegion(Gb);
        await commits.Store.AddRegion(Us);

        var regions = await commits.Store.ReadRegions(Service);

        Assert.Equal(new Dictionary<RegionCode, DateTimeOffset?> { [Us.Region] = Noon, [Gb.Region] = null }, regions);
    }

    [Fact]
    public async Task Thousands_of_reports_fit_into_one_batch()
    {
        var commits = new Commits(store.Fresh());
        var reports = Enumerable.Range(0, 6000)
            .Select(i => Report(i % 4 == 0 ? Gb : Us, i / 600.0, "app", 1, reporter: $"reporter-{i}", network: $"network-{i / 10}"))
            .ToArray();

        var answer = await commits.Append(reports);

        Assert.All(answer.Lines, line => Assert.Equal(new(1, ReportOutcome.Counted), line));
        Assert.Equal(Tally.Create([new("app", 6000)], networks: 600), await commits.Sum(All));
        Assert.Equal(1500, (await commits.Sum(Gb)).Reports);
    }

    [Fact]
    public async Task Commits_at_once_to_one_shard_lose_nothing_and_double_nothing()
    {
        var commits = new Commits(store.Fresh(), share: 20);
        var batches = Enumerable.Range(0, 200).Select(b => Batch($"b{b}", "",
            [.. Enumerable.Range(0, 25).Select(i => Report(Us, i, reporter: $"r{b % 100}-{i}", network: $"n{i}")), Report(Us, count: 2)])).ToArray();

        // Each is sent three times, as by servers that did not hear the answer.
        var answers = new ConcurrentBag<CommitAnswer>();
        await Parallel.ForEachAsync(
            batches.SelectMany(batch => Enumerable.Repeat(batch, 3)), new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (batch, _) => answers.Add(await commits.Store.Commit(batch)));

        Assert.Equal(200, answers.Count(answer => answer.Result == CommitResult.Committed));
        var sum = await commits.Sum(All);
        var lines = answers.Where(answer => answer.Result == CommitResult.Committed).SelectMany(answer => answer.Lines).ToArray();
        Assert.Equal(25 * 20 + 400, sum.Reports);
        Assert.Equal(sum.Reports, lines.Sum(line => line.Counted));
        Assert.Equal(200 * 25, sum.Reports - 400 + sum.Duplicates + sum.Quarantined);
    }

    private static TimeSpan LongestFor(string key) =>
        key.Contains(":buckets:") || key.EndsWith(":packed", StringComparison.Ordinal) ? ReportStore.BucketsKept : key.Contains(":batches:") ? TimeSpan.FromMinutes(10) : TimeSpan.FromMinutes(61);

    private static async Task<(List<(string Name, TimeSpan Left)> Expiring, List<string> Staying)> Keys(StoreConnection connection)
    {
        var (expiring, staying) = (new List<(string, TimeSpan)>(), new List<string>());
        var server = connection.Multiplexer.GetServers().Single();
        await foreach (var key in server.KeysAsync(pattern: string.Create(CultureInfo.InvariantCulture, $"{connection.Prefix}:*")))
        {
            if (await connection.Shared.KeyTimeToLiveAsync(key) is { } left) expiring.Add((key.ToString(), left));
            else staying.Add(key.ToString());
        }

        return (expiring, staying);
    }
}
