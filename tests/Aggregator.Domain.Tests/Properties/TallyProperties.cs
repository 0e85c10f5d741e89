using CsCheck;

namespace Aggregator.Domain.Tests;

public class TallyProperties
{
    internal static readonly Gen<Tally> Tallies =
        Gen.Select(Gen.OneOf("app", "login", "server", "website"), Gen.Long[0, 50]).Array[0, 4]
            .Select(Gen.Long[0, 9], Gen.Long[0, 9], Gen.Long[0, 9])
            .Select((s, n, d, q) => Tally.Create(s.Select(p => KeyValuePair.Create(p.Item1, p.Item2)), n, d, q));

    [Fact]
    public void Tallies_add_like_numbers() => Gen.Select(Tallies, Tallies, Tallies).Sample((a, b, c) =>
    {
        Assert.Equal(a + b, b + a);
        Assert.Equal(a + b + c, a + (b + c));
        Assert.Equal(a, a + Tally.Empty);
        Assert.Equal(a, a + b - b);
        Assert.Equal(a.Reports + b.Reports, (a + b).Reports);
        Assert.Equal((a + b).GetHashCode(), (b + a).GetHashCode());
        Assert.Same(Tally.Empty, a - a);
    });

    [Fact]
    public void The_larger_of_two_does_not_depend_on_order_or_repetition() => Gen.Select(Tallies, Tallies, Tallies).Sample((a, b, c) =>
    {
        Assert.Equal(a.Max(b), b.Max(a));
        Assert.Equal(a.Max(b).Max(c), a.Max(b.Max(c)));
        Assert.Equal(a, a.Max(a));
        Assert.Equal(a.Max(b), a.Max(b).Max(b));
        Assert.Equal(a + b, (a + b).Max(a));
    });

    [Fact]
    public void A_symptom_counts_what_was_given_for_it() =>
        Gen.Select(Gen.OneOf("app", "login", "server"), Gen.Long[0, 50]).Array[0, 6].Sample(given =>
        {
            var tally = Tally.Create(given.Select(p => KeyValuePair.Create(p.Item1, p.Item2)));
            foreach (var name in new[] { "app", "login", "server", "other" })
                Assert.Equal(given.Where(p => p.Item1 == name).Sum(p => p.Item2), tally.Symptoms.GetValueOrDefault(name));
        });
}
