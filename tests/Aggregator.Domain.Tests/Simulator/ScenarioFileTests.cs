using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class ScenarioFileTests
{
    private const string Valid = """
        {
          "about": "A test.", "date": "2025-03-10", "start": "10:00", "end": "12:00", "history": "2d",
          "everyday": { "day": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1], "weekend": 1 },
          "services": { "x": {
            "symptoms": { "app": 2, "login": 2 }, "regions": { "US": { "perHour": 60, "utcOffset": -5 } },
            "waves": [ { "name": "w", "onset": "10:30", "phases": [ { "for": "5m", "to": 1 }, { "for": "30m", "to": 0.1, "curve": "exponential" } ], "peak15m": { "US": 900 } } ]
          } }
        }
        """;

    [Fact]
    public void A_scenario_is_read_as_it_is_written()
    {
        var scenario = ScenarioFile.Parse("test", Valid);
        Assert.Equal((TimeSpan.FromHours(2), TimeSpan.FromDays(2)), (scenario.End - scenario.Start, scenario.History));
        Assert.Equal(1, scenario.Series.Single().PerMinute(scenario.Start), 9);
        Assert.Equal(TimeSpan.FromMinutes(35), scenario.Waves.Single().Shape.Length);
    }

    [Theory]
    [InlineData("\"weekend\"", "\"weekends\"", "$.everyday.weekends: the format has no such word")]
    [InlineData("\"about\": \"A test.\",", "", "words are missing: 'about'")]
    [InlineData("\"perHour\": 60", "\"perHour\": \"many\"", "a value of another kind")]
    [InlineData("\"10:30\"", "\"half past\"", "x.waves[0].onset: 'half past' is not a time")]
    [InlineData("\"5m\"", "\"5 m\"", "'5 m' is not a span")]
    [InlineData("\"exponential\"", "\"steep\"", "the curve 'steep' is neither")]
    [InlineData("{ \"US\": 900 }", "{ \"GB\": 900 }", "'GB' is not among the regions of x")]
    [InlineData("[1,1,", "[1,", "it takes 24 figures")]
    [InlineData("\"12:00\"", "\"09:00\"", "end: it must be after start")]
    [InlineData("\"login\"", "\"Log in\"", "x.symptoms")]
    [InlineData("\"2d\"", "\"60d\"", "history: at most 44d")]
    public void A_fault_is_told_by_its_place(string was, string becomes, string told) =>
        Assert.Contains(told, Assert.Throws<UsageException>(() => ScenarioFile.Parse("test", Valid.Replace(was, becomes))).Message);

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var message = Assert.Throws<UsageException>(() => ScenarioFile.Parse("test", Valid.Replace("\"10:30\"", "\"?\"").Replace("60,", "-1,"))).Message;
        Assert.Contains("onset", message);
        Assert.Contains("perHour", message);
    }

    [Theory]
    [InlineData("10:30", null, 30, 120)]
    [InlineData(null, "11:00", 0, 60)]
    [InlineData("2025-03-10T10:30Z", "2025-03-10T11:00:30", 30, 60.5)]
    public void A_part_of_it_can_be_asked_for(string? start, string? end, double from, double to)
    {
        var scenario = ScenarioFile.Parse("test", Valid);
        var part = ScenarioReplay.Part(scenario, new(start, end, 1, 1, false, TimeSpan.Zero));
        Assert.Equal((scenario.Start.AddMinutes(from), scenario.Start.AddMinutes(to)), part);
    }

    [Theory]
    [InlineData("25:00", null, "--start: '25:00' is not a time")]
    [InlineData("09:00", null, "runs from 10:00 to 12:00")]
    [InlineData("11:00", "10:30", "--end")]
    [InlineData(null, "12:01", "--end")]
    public void A_part_outside_of_it_is_refused(string? start, string? end, string told) => Assert.Contains(told, Assert.Throws<UsageException>(
        () => ScenarioReplay.Part(ScenarioFile.Parse("test", Valid), new(start, end, 1, 1, false, TimeSpan.Zero))).Message);

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("1h30m", 5_400)]
    [InlineData("14d", 1_209_600)]
    [InlineData("0", 0)]
    public void Spans_are_read(string text, double seconds)
    {
        Assert.True(Moments.TryParse(text, out var span));
        Assert.Equal(seconds, span.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("5x")]
    [InlineData("-5m")]
    [InlineData("5m1h")]
    [InlineData("5m5m")]
    public void What_is_no_span_is_refused(string text) => Assert.False(Moments.TryParse(text, out _));
}
