using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

/// <summary>How often chance alone reaches each score, measured on quiet series: what <see cref="ChanceTable"/> says.</summary>
/// <remarks><c>UPDATE_LEDGERS=1</c> measures for some minutes and writes <c>ChanceTable.Points.cs</c> anew; otherwise a small part is measured and compared.</remarks>
[Trait("Takes", "long")]
public class ChanceTableTests
{
    private const int First = 2;
    private const long Seed = 7;
    private const int Days = QuietTrial.LiveDays;
    private const int LeastTimes = 10;
    private static readonly double[] Volumes = [0.01, 0.1, 1, 10, 100];

    [Fact]
    public async Task Chance_reaches_a_score_as_often_as_the_table_says()
    {
        var whole = Environment.GetEnvironmentVariable("UPDATE_LEDGERS") == "1";
        var (series, seriesDays) = whole ? (400, 400L * Days) : (15, 15L * Days);
        var times = Measure(series);
        if (whole) await Write(times, seriesDays);

        // Where fewer than thirty times were counted, chance has too much of a say in how often chance has.
        foreach (var (score, count) in times.Index().Where(point => point.Item >= 30 && First + point.Index < ChanceTable.Highest))
        {
            var measured = (double)seriesDays / count;
            if (!whole) Assert.InRange(ChanceTable.MeanTimeBetween(First + score)!.Value.TotalDays, measured / 1.6, measured * 1.6);
        }
    }

    [Fact]
    public void The_higher_the_score_the_rarer_it_is_and_beyond_the_last_nothing_is_claimed()
    {
        var scores = Enumerable.Range(0, 1000).Select(i => First + i / 10.0).ToArray();
        var between = scores.Select(score => ChanceTable.MeanTimeBetween(score)!.Value).ToArray();

        Assert.Equal(between.Order(), between);
        Assert.All(scores.Zip(between).Where(point => point.First >= ChanceTable.Highest), point => Assert.Equal(ChanceTable.Longest, point.Second));
        Assert.InRange(ChanceTable.Longest, TimeSpan.FromDays(300), TimeSpan.FromDays(30_000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.99)]
    [InlineData(double.NaN)]
    public void What_chance_does_all_the_time_has_no_time_between(double score) => Assert.Null(ChanceTable.MeanTimeBetween(score));

    private static long[] Measure(int series)
    {
        var scores = Enumerable.Range(First, 40).Select(score => (double)score).ToArray();
        var times = new long[scores.Length];
        Parallel.For(0, series, seed =>
        {
            var reached = QuietTrial.Reached(Volumes[seed % Volumes.Length], Seed, seed, scores);
            lock (times)
            {
                for (var i = 0; i < times.Length; i++) times[i] += reached[i];
            }
        });
        return times;
    }

    private static Task Write(long[] times, long seriesDays)
    {
        var points = times.TakeWhile(count => count >= LeastTimes).Select(count => (Math.Round((double)count / seriesDays, 6)).ToString());
        return File.WriteAllTextAsync(Path.Combine(Root(), "src", "Aggregator.Domain", "Detection", "ChanceTable.Points.cs"), $$"""
            namespace Aggregator.Domain;

            // Written by ChanceTableTests with UPDATE_LEDGERS=1, not by hand: times per series and day, from {{seriesDays}} quiet series-days.
            public static partial class ChanceTable
            {
                private const int FirstScore = {{First}};

                private static ReadOnlySpan<double> PerDay => [{{string.Join(", ", points)}}];
            }

            """);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Aggregator.sln"))) folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}
