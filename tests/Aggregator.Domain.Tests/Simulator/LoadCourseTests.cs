using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class LoadCourseTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_server_that_stalls_for_a_second_is_a_second_late_for_all_that_were_due_in_it()
    {
        // A tenth of the time nothing is answered; only 8 requests were under way when that began.
        var figures = Run(stall: (From: 5_000, Until: 6_000), connections: 8);
        Assert.Equal(10_000, figures.Of("counted"));
        Assert.Equal(1_000, figures.OfferedRate);
        Assert.True(figures.Latency.P50 < 5 * Millisecond);
        Assert.InRange(figures.Latency.P99.TotalMilliseconds, 850, 1_000);
        Assert.InRange(figures.Latency.Max.TotalMilliseconds, 990, 1_010);
    }

    [Fact]
    public void A_stall_is_not_the_pacers_fault() =>
        Assert.True(Run(stall: (5_000, 6_000), connections: 8).Lateness.Max <= Millisecond);

    [Fact]
    public void A_late_report_does_not_push_the_later_ones()
    {
        var figures = Run(stall: (5_000, 5_100), connections: 8);
        Assert.Equal(figures.OfferedRate, figures.AchievedRate, 0);
        Assert.True(figures.Latency.P90 < 5 * Millisecond);
    }

    [Fact]
    public void The_warm_up_is_not_measured()
    {
        var figures = Run(stall: (100, 900), connections: 8, warmUp: 2);
        Assert.Equal(8_000, figures.Offered);
        Assert.Equal(8_000, figures.Of("counted"));
        Assert.True(figures.Latency.Max < 5 * Millisecond);
    }

    [Fact]
    public void What_was_never_sent_has_waited_to_the_end()
    {
        var course = new LoadCourse(new(Options(warmUp: 0, seconds: 1)));
        course.Pace(TimeSpan.FromSeconds(1));
        Assert.True(course.TryTake(out var first));
        course.Answer(first, Millisecond, "counted");
        Assert.True(course.TryTake(out var second));
        course.Answer(second, TimeSpan.FromSeconds(11), LoadCourse.Unknown);
        course.Close(TimeSpan.FromSeconds(11));

        var figures = course.Figures();
        Assert.False(course.IsOver);
        Assert.False(figures.AllTaken);
        Assert.Equal((1, 1, 998), (figures.Of("counted"), figures.Of(LoadCourse.Unknown), figures.NotSent));
        Assert.InRange(figures.Latency.P50.TotalSeconds, 10.4, 10.6);
    }

    [Fact]
    public void Answers_that_are_nearly_all_of_one_kind_come_with_their_reason()
    {
        Assert.Contains("RatePerReporter=0", Assert.Single(Hints("too-many-reports")));
        Assert.Contains("--seed", Assert.Single(Hints("duplicate")));
        Assert.Contains("NetworkShare=0", Assert.Single(Hints("quarantined")));
        Assert.Empty(Hints("counted"));

        static IEnumerable<string> Hints(string word) => LoadTables.Hints(Run((0, 0), 8, word: word));
    }

    /// <summary>1,000 reports a second, seen every millisecond; a server answers within one, except while it stalls.</summary>
    private static LoadFigures Run((int From, int Until) stall, int connections, double warmUp = 0, string word = "counted")
    {
        var course = new LoadCourse(new(Options(warmUp, seconds: 10 - warmUp)));
        var underWay = new Queue<long>();
        for (var ms = 0; !course.IsOver; ms++)
        {
            var now = ms * Millisecond;
            var stalls = ms >= stall.From && ms < stall.Until;
            course.Pace(now);
            do
            {
                while (!stalls && underWay.TryDequeue(out var answered)) course.Answer(answered, now, word);
                while (underWay.Count < connections && course.TryTake(out var number)) underWay.Enqueue(number);
            }
            while (!stalls && underWay.Count == connections);
        }

        return course.Figures();
    }

    private static LoadOptions Options(double warmUp, double seconds) =>
        new(1_000, TimeSpan.FromSeconds(warmUp), TimeSpan.FromSeconds(seconds), null, 8, TimeSpan.FromSeconds(10), 1_000_000, 1);
}
