using Aggregator.Domain;
using Aggregator.Grains;
using static Aggregator.Server.Tests.Commits;

namespace Aggregator.Server.Tests;

public sealed class CommitTestsOnTheEmbeddedStore(Embedded store) : CommitTests<Embedded>(store);

[StartsProcess]
public sealed class CommitTestsOnRedis(RealRedis store) : CommitTests<RealRedis>(store);

/// <summary>What the commit script promises.</summary>
public abstract class CommitTests<TStore>(TStore store) : IClassFixture<TStore> where TStore : StoreFixture
{
    [Fact]
    public async Task A_batch_is_appended_once_and_answered_as_the_first_time()
    {
        var commits = new Commits(store.Fresh(), share: 20);
        var batch = Batch("b", "digest",
            Report(Us, reporter: "ann", network: "n1"), Report(Us, reporter: "ann", network: "n1"),
            Report(Gb, count: 50, network: "n2"), Report(Gb, count: 7), Report(Us, network: "n2"));

        var first = await commits.Store.Commit(batch);
        var again = await commits.Store.Commit(batch);

        LineOutcome[] expected =
        [
            new(1, ReportOutcome.Counted), new(0, ReportOutcome.Duplicate), new(20, ReportOutcome.Quarantined), new(7, ReportOutcome.Counted), new(0, ReportOutcome.Quarantined),
        ];
        Assert.Equal((CommitResult.Committed, CommitResult.AlreadyCommitted), (first.Result, again.Result));
        Assert.Equal(expected, first.Lines);
        Assert.Equal(expected, again.Lines);
        Assert.Empty(again.Touched);
        Assert.Equal(28, (await commits.Sum(All)).Reports);
    }

    [Fact]
    public async Task An_id_that_was_used_for_another_content_is_refused()
    {
        var commits = new Commits(store.Fresh());
        await commits.Store.Commit(Batch("b", "one", Report(Us)));

        var other = await commits.Store.Commit(Batch("b", "two", Report(Us), Report(Gb)));

        Assert.Equal(CommitResult.OtherContent, other.Result);
        Assert.Empty(other.Lines);
        Assert.Equal(1, (await commits.Sum(All)).Reports);
    }

    [Fact]
    public async Task A_reporter_is_heard_once_whatever_region_is_named()
    {
        var commits = new Commits(store.Fresh());

        Assert.Equal(ReportOutcome.Counted, await commits.Outcome(Report(Us, reporter: "ann")));
        Assert.Equal(ReportOutcome.Duplicate, await commits.Outcome(Report(Us, reporter: "ann")));
        Assert.Equal(ReportOutcome.Duplicate, await commits.Outcome(Report(Gb, reporter: "ann")));
        Assert.Equal(ReportOutcome.Counted, await commits.Outcome(Report(Gb, reporter: "bob")));

        Assert.Equal(Tally.Create([new("app", 1)], duplicates: 1), await commits.Sum(Us));
        Assert.Equal(Tally.Create([new("app", 1)], duplicates: 1), await commits.Sum(Gb));
    }

    [Theory]
    [InlineData(1, 29, ReportOutcome.Duplicate)]
    [InlineData(29, 31, ReportOutcome.Duplicate)]
    [InlineData(29, 58.9, ReportOutcome.Duplicate)]
    [InlineData(29, 59, ReportOutcome.Counted)]
    [InlineData(0, 30, ReportOutcome.Counted)]
    [InlineData(1, 75, ReportOutcome.Counted)]
    public async Task A_reporter_is_heard_again_after_half_an_hour_and_not_before(double first, double second, ReportOutcome expected)
    {
        var commits = new Commits(store.Fresh());
        await commits.Append(Report(Us, first, reporter: "ann"));

        Assert.Equal(expected, await commits.Outcome(Report(Us, second, reporter: "ann")));
    }

    [Fact]
    public async Task A_retry_over_midnight_is_known_by_the_name_of_the_day_before()
    {
        var commits = new Commits(store.Fresh());
        await commits.Append(Report(Us, minutes: 719.9, reporter: "ann of monday"));

        Assert.Equal(ReportOutcome.Duplicate, await commits.Outcome(Report(Us, minutes: 720.1, reporter: "ann of tuesday") with { ReporterBefore = "ann of monday" }));
        Assert.Equal(ReportOutcome.Counted, await commits.Outcome(Report(Us, minutes: 720.1, reporter: "bob of tuesday") with { ReporterBefore = "bob of monday" }));
    }

    [Fact]
    public async Task Two_services_hear_the_same_reporter_each()
    {
        var commits = new Commits(store.Fresh());
        var other = Us with { Service = NaiveStore.Services[1] };
        var first = Us with { Service = NaiveStore.Services[0] };

        var answer = await commits.Store.Commit(new(StoreKeys.ShardOf(first.Service), "page", "b", "", TimeSpan.FromMinutes(1),
            [Report(first, reporter: "ann", network: "n"), Report(other, reporter: "ann", network: "n")]));

        Assert.All(answer.Lines, line => Assert.Equal(ReportOutcome.Counted, line.Outcome));
        Assert.Equal(Tally.Create([new("app", 1)], networks: 1), await commits.Sum(other));
    }

    [Fact]
    public async Task A_network_gives_its_share_and_no_more()
    {
        var commits = new Commits(store.Fresh(), share: 20);
        var hundred = Enumerable.Range(0, 100).Select(i => Report(i % 2 == 0 ? Us : Gb, reporter: $"r{i}", network: "n")).ToArray();

        var answer = await commits.Append(hundred);

        Assert.Equal(20, answer.Lines.Count(line => line.Outcome == ReportOutcome.Counted));
        Assert.Equal(80, answer.Lines.Count(line => line.Outcome == ReportOutcome.Quarantined));
        Assert.Equal(Tally.Create([new("app", 20)], networks: 1, quarantined: 80), await commits.Sum(All));
        Assert.Equal(20, (await commits.Sum(Us)).Reports + (await commits.Sum(Gb)).Reports);
    }

    [Fact]
    public async Task A_line_of_fifty_is_counted_up_to_the_share_of_its_network()
    {
        var commits = new Commits(store.Fresh(), share: 20);
        await commits.Append(Report(Us, count: 5, network: "n"));

        var answer = await commits.Append(Report(Us, count: 50, network: "n"), Report(Us, count: 3, network: "n"), Report(Us, count: 50, network: "m"));

        Assert.Equal(
            [new(15, ReportOutcome.Quarantined), new(0, ReportOutcome.Quarantined), new(20, ReportOutcome.Quarantined)], answer.Lines);
        Assert.Equal(Tally.Create([new("app", 40)], networks: 2, quarantined: 68), await commits.Sum(Us));
    }

    [Fact]
    public async Task A_share_of_zero_is_no_limit_and_networks_are_still_told_apart()
    {
        var commits = new Commits(store.Fresh(), share: 0);

        var answer = await commits.Append(Report(Us, count: 500, network: "n"), Report(Us, count: 500, network: "n"), Report(Gb, network: "m"));

        Assert.All(answer.Lines, line => Assert.Equal(ReportOutcome.Counted, line.Outcome));
        Assert.Equal(Tally.Create([new("app", 1001)], networks: 2), await commits.Sum(All));
    }

    [Fact]
    public async Task A_network_has_a_new_share_in_the_next_window()
    {
        var commits = new Commits(store.Fresh(), share: 2);

        var answer = await commits.Append(Report(Us, 1, count: 3, network: "n"), Report(Us, 31, count: 3, network: "n"));

        Assert.All(answer.Lines, line => Assert.Equal(2, line.Counted));
        Assert.Equal(2, (await commits.Sum(Us)).Networks);
    }

    [Fact]
    public async Task A_reporter_in_quarantine_has_not_been_heard()
    {
        var commits = new Commits(store.Fresh(), share: 1);
        await commits.Append(Report(Us, 28, reporter: "ann", network: "n"), Report(Us, 28, reporter: "bob", network: "n"));

        Assert.Equal(ReportOutcome.Duplicate, await commits.Outcome(Report(Us, 31, reporter: "ann", network: "n")));
        Assert.Equal(ReportOutcome.Counted, await commits.Outcome(Report(Us, 31, reporter: "bob", network: "n")));
    }
}
