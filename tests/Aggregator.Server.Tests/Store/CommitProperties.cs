using Aggregator.Domain;
using Aggregator.Grains;
using CsCheck;

namespace Aggregator.Server.Tests;

public sealed class CommitPropertiesOnTheEmbeddedStore(Embedded store) : CommitProperties<Embedded>(store);

[StartsProcess]
public sealed class CommitPropertiesOnRedis(RealRedis store) : CommitProperties<RealRedis>(store);

/// <summary>Random batches, sent and sent again in any order: the store and the naive one agree.</summary>
public abstract class CommitProperties<TStore>(TStore store) : IClassFixture<TStore> where TStore : StoreFixture
{
    private const int Minutes = 150;

    private static readonly ServiceKey[] Services = NaiveStore.Services;
    private static readonly long FirstHour = BucketGrid.TenSeconds.IndexOf(Commits.Noon) / ReportStore.BucketsPerHour;
    private static readonly RegionCode[] Regions = [.. new[] { "US", "GB", "ZZ" }.Select(RegionCode.Parse)];

    private static readonly Gen<Report> Reports =
        Gen.Select(Gen.OneOf(Services), Gen.OneOf(Regions), Gen.Int[0, Minutes * 60 - 1], Gen.OneOf("app", "login", "other"),
            Gen.Int[1, 30], Gen.Int[-4, 8], Gen.Int[-4, 5])
        .Select((service, region, second, symptom, count, reporter, network) => new Report(
            new(service, region), Commits.Noon.AddSeconds(second), symptom, reporter <= 0 ? count : 1,
            reporter <= 0 ? null : $"reporter-{reporter}", network <= 0 ? null : $"network-{network}"));

    /// <summary>Batches by their number; some numbers are used again, for the same content or another.</summary>
    private static readonly Gen<CommitBatch[]> Sent = Reports.Array[0, 40].Array[1, 8].SelectMany(contents =>
        Gen.Select(Gen.Int[0, contents.Length - 1], Gen.Int[0, contents.Length - 1], Gen.Int[0, 9])
            .Select((id, content, dice) => new CommitBatch(
                StoreKeys.ShardOf(Services[0]), $"p{id % 2}", $"b{id}", $"c{(dice == 0 ? content : id)}-", TimeSpan.FromMinutes(5), contents[dice == 0 ? content : id]))
            .Array[1, 16]);

    [Fact]
    public void The_store_agrees_with_a_naive_one() => Gen.Select(Sent, Gen.OneOf(0, 3, 20)).Sample((sent, share) =>
        Agree(sent, share).GetAwaiter().GetResult(), iter: 60, threads: 2);

    private async Task Agree(CommitBatch[] sent, int share)
    {
        // Servers whose clocks differ: what is long past for one is new for the other.
        var connection = store.Fresh();
        Commits[] servers = [new(connection, share, Commits.Noon.AddMinutes(Minutes)), new(connection, share, Commits.Noon.AddMinutes(20))];
        var naive = new NaiveStore(share, TimeSpan.FromMinutes(30));
        var everywhere = Services.SelectMany(service => Regions.Append(RegionCode.All), (service, region) => new SeriesKey(service, region)).ToArray();
        var told = everywhere.ToDictionary(series => series, _ => new Dictionary<long, Tally>());
        foreach (var (i, batch) in sent.Index())
        {
            var answer = await servers[i % 2].Store.Commit(batch);

            Assert.Equal(naive.Commit(batch, out var lines), answer.Result);
            Assert.Equal(lines, answer.Lines);

            // Packing is told to nobody, so it must change nothing for anybody.
            if (i % 3 == 1) await servers[0].Store.Pack(everywhere[i % everywhere.Length], FirstHour + i % 2, i * 61 % (ReportStore.BucketsPerHour + 1));

            // Who hears what a commit answers, and reads what it does not tell, knows everything.
            foreach (var (series, tallies) in answer.Touched)
            {
                foreach (var (bucket, tally) in tallies) told[series][bucket] = told[series].GetValueOrDefault(bucket, Tally.Empty).Max(tally);
            }

            foreach (var series in answer.Untold) told[series] = Read(series);
            foreach (var series in everywhere) Assert.Equal(Read(series).OrderBy(bucket => bucket.Key), told[series].OrderBy(bucket => bucket.Key));
        }

        foreach (var series in everywhere) Assert.Equal(naive.Read(series), await servers[0].Read(series));

        Dictionary<long, Tally> Read(SeriesKey series) => naive.Read(series).ToDictionary(bucket => bucket.Bucket, bucket => bucket.Tally);
    }
}
