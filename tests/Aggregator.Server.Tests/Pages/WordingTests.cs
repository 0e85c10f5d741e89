using Aggregator.Domain;

namespace Aggregator.Server.Tests;

/// <summary>What is said to people, word by word.</summary>
public class WordingTests
{
    private static readonly DateTimeOffset Now = new(2025, 3, 10, 13, 36, 0, TimeSpan.Zero);
    private static readonly Verdict Spike = new(
        Level.Spike, VerdictReason.FarAboveUsual, 153, 9.2, TimeSpan.FromMinutes(5), Score: 1000, Now.AddMinutes(-4), Overdispersion: 0.005, Now.AddMinutes(-5));

    private static readonly Verdict Calm = Spike with { Level = Level.Normal, Reason = VerdictReason.AsUsual, Observed = 9, Window = TimeSpan.FromMinutes(14.5), Score = 0, Onset = null };

    [Fact]
    public void A_spike_is_told_with_all_its_arithmetic()
    {
        var sentence = Wording.Explain(Spike, 131, Now);
        Assert.StartsWith("153 reports in the last 5 minutes where 4 to 16 are usual; since about 13:31 UTC, from 131 networks; chance alone does this less than once in ", sentence, StringComparison.Ordinal);
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_known_is_left_out()
    {
        Assert.DoesNotContain("network", Wording.Explain(Spike, 0, Now), StringComparison.Ordinal);
        Assert.Contains(" from 1 network", Wording.Explain(Spike, 1, Now), StringComparison.Ordinal);
        Assert.Equal("153 reports where 9.2 are usual.", Wording.ExplainPast(default(Verdict) with { Level = Level.Spike, Observed = 153, Expected = 9.2 }, 0, Now));
    }

    [Fact]
    public void A_moment_of_the_past_is_not_called_the_last() =>
        Assert.StartsWith("153 reports within 5 minutes where", Wording.ExplainPast(Spike, 131, Now), StringComparison.Ordinal);

    [Fact]
    public void An_onset_of_another_day_has_its_date() =>
        Assert.Contains("since about 9 Mar 23:50 UTC", Wording.Explain(Spike with { Onset = Now.AddHours(-13).AddMinutes(-46) }, 131, Now), StringComparison.Ordinal);

    [Fact]
    public void A_row_among_many_leaves_out_how_often_chance_does_it()
    {
        var evidence = EvidenceAnswer.Now("US", Spike, 131, Now);
        Assert.NotNull(evidence.Chance);
        Assert.Equal("153 reports in the last 5 minutes where 4 to 16 are usual; since about 13:31 UTC, from 131 networks.", Wording.Shortly(evidence));
        Assert.Equal(EvidenceAnswer.Now("US", Calm, 9, Now).Sentence, Wording.Shortly(EvidenceAnswer.Now("US", Calm, 9, Now)));
    }

    [Theory]
    [InlineData("https://hooks.slack.example/services/T0000/B0000/secret-a1b2", "hooks.slack.example/…")]
    [InlineData("https://short.example/secret", "short.example/…")]
    [InlineData("https://user:password@bare.example:8443/", "bare.example:8443")]
    [InlineData("https://query.example/?token=secret", "query.example/…")]
    public void An_address_is_shown_without_what_may_be_secret_in_it(string address, string shown) => Assert.Equal(shown, Wording.Shortened(address));

    [Theory]
    [InlineData("30s", "30 seconds")]
    [InlineData("1m", "1 minute")]
    [InlineData("14m20s", "15 minutes")]
    [InlineData("4h", "4 hours")]
    [InlineData(null, "–")]
    public void A_length_of_the_API_is_told_in_words(string? length, string words) => Assert.Equal(words, Wording.LengthInWords(length));

    [Fact]
    public void What_cannot_be_seen_is_no_zero()
    {
        Assert.Equal("–", Wording.Counted(new Dictionary<string, long>(StringComparer.Ordinal), "5m"));
        Assert.Equal("0", Wording.Counted(new Dictionary<string, long>(StringComparer.Ordinal) { ["5m"] = 0 }, "5m"));
    }

    [Fact]
    public void Calm_is_told_calmly() => Assert.Equal("9 reports in the last 15 minutes; 4 to 16 are usual at this hour.", Wording.Explain(Calm, 9, Now));

    [Fact]
    public void Few_reports_are_too_few_to_judge() => Assert.Equal(
        "1 report in the last 15 minutes where 0 to 1 are usual: too few to judge.",
        Wording.Explain(Calm with { Reason = VerdictReason.BelowFloor, Observed = 1, Expected = 0.1 }, 1, Now));

    [Theory]
    [InlineData(VerdictReason.Easing, 153)]
    [InlineData(VerdictReason.FarAboveUsual, 9)]
    [InlineData(VerdictReason.NoBaselineYet, 9)]
    public void What_eases_is_told_so_and_claims_nothing_of_chance(VerdictReason reason, double observed) => Assert.Equal(
        $"Easing: {observed} reports in the last 5 minutes where 4 to 16 are usual; it began about 13:31 UTC.",
        Wording.Explain(Spike with { Reason = reason, Observed = observed }, 131, Now));

    [Theory]
    [InlineData(Level.Normal, "153 reports in the last 5 minutes; there is no baseline yet to compare with.")]
    [InlineData(Level.Elevated, "153 reports in the last 5 minutes; since about 13:31 UTC, from 131 networks; there is no baseline yet, but this is more than a new service usually gets.")]
    [InlineData(Level.Spike, "153 reports in the last 5 minutes; since about 13:31 UTC, from 131 networks; there is no baseline yet, but this is far more than a new service usually gets.")]
    public void Without_a_baseline_it_says_so(Level level, string sentence) =>
        Assert.Equal(sentence, Wording.Explain(Spike with { Level = level, Reason = VerdictReason.NoBaselineYet }, 131, Now));

    [Fact]
    public void Blindness_is_not_called_calm()
    {
        Assert.Equal("Out of sight since 13:31 UTC: nothing was seen, so nothing is said.", Wording.Explain(Verdict.Blind(Now.AddMinutes(-5)), 0, Now));
        Assert.Equal("Nothing was seen for hours, so nothing is said; a server that has just started sees within seconds.", Wording.Explain(Verdict.Blind(Now - SpikeDetector.Reach), 0, Now));
    }

    [Fact]
    public void Before_the_first_judgement_nothing_is_claimed() =>
        Assert.StartsWith("Nothing has been judged yet", Wording.Explain(default, 0, Now), StringComparison.Ordinal);

    [Theory]
    [InlineData(10, "10s", "10 seconds", "10 seconds")]
    [InlineData(60, "1m", "minute", "1 minute")]
    [InlineData(120, "2m", "2 minutes", "2 minutes")]
    [InlineData(860, "14m20s", "15 minutes", "15 minutes")]
    [InlineData(3600, "1h", "hour", "1 hour")]
    [InlineData(5400, "90m", "90 minutes", "90 minutes")]
    [InlineData(14_400, "4h", "4 hours", "4 hours")]
    public void A_window_has_a_name_for_programs_and_one_for_people(int seconds, string length, string live, string past)
    {
        var verdict = Spike with { Window = TimeSpan.FromSeconds(seconds) };
        Assert.Equal(length, Wording.Length(verdict.Window));
        Assert.Contains($"in the last {live} where", Wording.Explain(verdict, 0, Now), StringComparison.Ordinal);
        Assert.Contains($"within {past} where", Wording.ExplainPast(verdict, 0, Now), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.1, "10 times a day")]
    [InlineData(0.6, "2 times a day")]
    [InlineData(1.2, "once a day")]
    [InlineData(1.6, "once in 1.6 days")]
    [InlineData(40.2, "once in 40 days")]
    [InlineData(137, "once in 140 days")]
    public void Chance_is_told_in_round_numbers(double days, string text) => Assert.Equal(text, Wording.Once(TimeSpan.FromDays(days)));

    [Fact]
    public void Nothing_is_claimed_beyond_what_was_measured() =>
        Assert.StartsWith("less than once in ", Wording.Once(ChanceTable.Longest), StringComparison.Ordinal);
}
