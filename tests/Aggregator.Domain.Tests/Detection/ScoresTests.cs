namespace Aggregator.Domain.Tests;

/// <summary>The scores are those of a slow, plain model of the same mathematics: <see cref="PlainDetector"/>.</summary>
[Trait("Takes", "long")]
public class ScoresTests
{
    [Fact]
    public void On_minutes_the_scores_are_those_of_the_plain_model()
    {
        var detector = new SpikeDetector(BucketGrid.Minute, new() { ElevatedScore = 5, SpikeScore = 1e9 });
        var plain = new PlainDetector(Watch.Monday, openScore: 5);
        var start = BucketGrid.Minute.IndexOf(Watch.Monday);
        var minute = 0;
        foreach (var reports in Counts())
        {
            var score = plain.Close(reports);
            var verdict = detector.Close(start + minute++, reports);
            if (reports is null) continue;
            Assert.True(Math.Abs(score - verdict.Score) <= 1e-4 * Math.Max(1, score), $"minute {minute - 1}: {verdict.Score}, and {score} by the plain model");
            Assert.Equal(plain.Open, verdict.Level == Level.Elevated);
        }
    }

    // Six days of up to eight reports a minute: an outage, a long unrest, a burst of one minute, and a gap.
    private static IEnumerable<long?> Counts()
    {
        long state = 20260105;
        for (var minute = 0; minute < 6 * 1440; minute++)
        {
            var limit = minute / 60 % 24 is >= 8 and < 20 ? 250 : 100;
            var trials = minute switch { >= 4000 and < 4040 => 100, >= 5600 and < 5700 => 24, _ => 8 };
            long reports = minute == 7000 ? 200 : 0;
            for (var i = 0; i < trials; i++)
            {
                state = (state * 1103515245 + 12345) % (1L << 31);
                if (state * 1000 >> 31 < limit) reports++;
            }

            yield return minute is >= 4300 and < 4330 ? null : reports;
        }
    }
}
