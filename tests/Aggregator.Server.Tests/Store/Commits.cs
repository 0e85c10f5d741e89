using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Aggregator.Server.Tests;

/// <summary>A report store with few words: for tests that say what they append and what they then read.</summary>
internal sealed class Commits(StoreConnection connection, int share = 20, DateTimeOffset? now = null)
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static readonly ServiceKey Service = ServiceKey.Parse("x");

    public static readonly SeriesKey All = new(Service, RegionCode.All);

    public static readonly SeriesKey Us = new(Service, RegionCode.Parse("US"));

    public static readonly SeriesKey Gb = new(Service, RegionCode.Parse("GB"));

    private int _ids;

    public StoreConnection Connection { get; } = connection;

    public ReportStore Store { get; } = new(connection, Options.Create(new ReportOptions { NetworkShare = share }), new FakeTimeProvider(now ?? Noon));

    /// <summary>One report, made so many minutes after noon.</summary>
    public static Report Report(SeriesKey series, double minutes = 0, string symptom = "app", int count = 1, string? reporter = null, string? network = null) =>
        new(series, Noon.AddMinutes(minutes), symptom, count, reporter, network);

    public static CommitBatch Batch(string id, string digest, params Report[] reports) =>
        new(StoreKeys.ShardOf(Service), "page", id, digest, TimeSpan.FromMinutes(10), reports);

    /// <summary>Appends the reports in a batch of their own.</summary>
    public Task<CommitAnswer> Append(params Report[] reports) => Store.Commit(Batch($"own-{Interlocked.Increment(ref _ids)}", "", reports));

    /// <summary>Appends one report in a batch of its own; answers what became of it.</summary>
    public async Task<ReportOutcome> Outcome(Report report) => Assert.Single((await Append(report)).Lines).Outcome;

    /// <summary>All that a series holds of the day.</summary>
    public Task<List<BucketTally>> Read(SeriesKey series)
    {
        var midnight = BucketGrid.TenSeconds.IndexOf(Noon.AddHours(-12));
        return Store.ReadBuckets(series, midnight, midnight + BucketGrid.TenSeconds.PerDay);
    }

    /// <summary>The sum of what a series holds of the day.</summary>
    public async Task<Tally> Sum(SeriesKey series) => (await Read(series)).Aggregate(Tally.Empty, (sum, bucket) => sum + bucket.Tally);
}
