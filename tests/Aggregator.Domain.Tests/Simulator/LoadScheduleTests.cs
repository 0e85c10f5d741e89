using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class LoadScheduleTests
{
    [Fact]
    public void A_steady_rate_is_held_to_the_report()
    {
        var schedule = Of(rate: 4_000, warmUp: 5, seconds: 30);
        Assert.Equal(140_000, schedule.Count);
        Assert.Equal(20_000, schedule.FirstMeasured);
        Assert.Equal(TimeSpan.Zero, schedule.DueOf(0));
        Assert.Equal(TimeSpan.FromMicroseconds(250), schedule.DueOf(1));
        Assert.Equal(TimeSpan.FromSeconds(5), schedule.DueOf(20_000));
    }

    [Theory]
    [InlineData("8000:5@20")]
    [InlineData("50:1@7")]
    [InlineData("333:0.5@2.5")]
    public void Every_second_of_a_burst_has_its_rate(string burst)
    {
        var (of, rate) = (Burst.Parse(burst), 100);
        var schedule = new LoadSchedule(Options(rate, warmUp: 0, seconds: 60) with { Burst = of });
        var counts = new int[120];
        for (var number = 0L; number < schedule.Count; number++) counts[(int)(schedule.DueOf(number).TotalSeconds * 2)]++;

        for (var half = 0; half < counts.Length; half++)
        {
            var bursting = half / 2.0 % of.Every.TotalSeconds >= (of.Every - of.For).TotalSeconds;
            Assert.InRange(counts[half], (bursting ? of.Rate : rate) / 2 - 1, (bursting ? of.Rate : rate) / 2 + 1);
        }
    }

    [Fact]
    public void No_report_is_due_before_the_one_before_it_nor_after_the_end()
    {
        var schedule = new LoadSchedule(Options(rate: 7, warmUp: 3, seconds: 100) with { Burst = Burst.Parse("900:2@9") });
        for (var number = 1L; number < schedule.Count; number++) Assert.True(schedule.DueOf(number) >= schedule.DueOf(number - 1));
        Assert.True(schedule.DueOf(schedule.Count - 1) < schedule.End);
        Assert.True(schedule.DueOf(schedule.Count) >= schedule.End - TimeSpan.FromMicroseconds(1));
        Assert.True(schedule.DueOf(schedule.FirstMeasured) >= schedule.WarmUp - TimeSpan.FromMicroseconds(1));
        Assert.True(schedule.DueOf(schedule.FirstMeasured - 1) < schedule.WarmUp);
    }

    [Theory]
    [InlineData("8000")]
    [InlineData("8000:5")]
    [InlineData("8000@20:5")]
    [InlineData("8000:20@20")]
    [InlineData("0:5@20")]
    [InlineData("-1:5@20")]
    [InlineData("many:5@20")]
    [InlineData("8000:5@20:1")]
    public void A_burst_that_is_none_is_refused_with_an_example(string text) =>
        Assert.Contains("8000:5@20", Assert.Throws<UsageException>(() => Burst.Parse(text)).Message);

    [Fact]
    public void All_faults_of_a_load_are_told_at_once()
    {
        var faults = Assert.Throws<UsageException>(() => (Options(rate: 0, warmUp: -1, seconds: 1e6) with { Connections = 0, Reporters = 0, Patience = default }).Checked()).Message;
        Assert.All(["--rate", "--warmup", "--seconds", "--connections", "--reporters", "--patience"], option => Assert.Contains(option, faults));
    }

    [Fact]
    public void A_name_that_is_none_is_refused_by_name()
    {
        Assert.Equal(["x", "aws"], LoadCommand.Names("--services", "x, aws,", text => ServiceKey.TryParse(text, out _)));
        Assert.Contains("'X!'", Assert.Throws<UsageException>(() => LoadCommand.Names("--services", "aws,X!", text => ServiceKey.TryParse(text, out _))).Message);
        Assert.Contains("at least one", Assert.Throws<UsageException>(() => LoadCommand.Names("--services", ",", _ => true)).Message);
    }

    private static LoadSchedule Of(double rate, double warmUp, double seconds) => new(Options(rate, warmUp, seconds));

    private static LoadOptions Options(double rate, double warmUp, double seconds) =>
        new(rate, TimeSpan.FromSeconds(warmUp), TimeSpan.FromSeconds(seconds), null, 4, TimeSpan.FromSeconds(10), 1_000_000, 1);
}
