namespace Aggregator.Domain.Tests;

public class TallyTests
{
    [Fact]
    public void Small_tallies_that_are_equal_are_one_object()
    {
        Assert.Same(Tally.Of("app", 2), Tally.Of("app", 1) + Tally.Of("app", 1));
        Assert.Same(Tally.Create([new("app", 3)], networks: 1), Tally.Create([new("app", 3)], networks: 1));
        Assert.NotSame(Tally.Of("app", 2), Tally.Of("login", 2));
        Assert.NotEqual(Tally.Of("app", 3), Tally.Create([new("app", 3)], networks: 1));
    }

    [Fact]
    public void Reports_are_the_sum_of_the_symptoms()
    {
        var tally = Tally.Create([new("login", 3), new("app", 4), new("login", 5)], networks: 2, duplicates: 9, quarantined: 8);

        Assert.Equal(12, tally.Reports);
        Assert.Equal([new("app", 4), new("login", 8)], tally.Symptoms);
        Assert.Equal((2, 9, 8), (tally.Networks, tally.Duplicates, tally.Quarantined));
    }

    [Fact]
    public void A_symptom_without_reports_is_not_named()
    {
        Assert.Same(Tally.Empty, Tally.Create([new("login", 0)]));
        Assert.False(Tally.Of("app", 1).Symptoms.ContainsKey("login"));
        Assert.False(Tally.Of("app", 1).Symptoms.TryGetValue("zzz", out _));
    }

    [Fact]
    public void Equality_is_by_value() =>
        Assert.Equal(Tally.Create([new("app", 1), new("login", 2)]), Tally.Of("login", 2) + Tally.Of("app", 1));

    [Fact]
    public void A_negative_count_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Tally.Of("app", -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tally.Create([], networks: -1));
    }

    [Fact]
    public void The_larger_is_taken_field_by_field() => Assert.Equal(
        Tally.Create([new("app", 5), new("login", 7)], networks: 3, duplicates: 4),
        Tally.Create([new("app", 5), new("login", 1)], networks: 3).Max(Tally.Create([new("login", 7)], networks: 2, duplicates: 4)));

    [Fact]
    public void An_overflow_is_an_exception_and_not_a_small_number() =>
        Assert.Throws<OverflowException>(() => Tally.Of("app", long.MaxValue) + Tally.Of("login", 1));
}
