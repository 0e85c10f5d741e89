using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public sealed class ReportFileTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void The_first_report_is_now_and_the_gaps_shrink()
    {
        var file = Of(
            """{"service":"spectrum","region":"US-CA","symptom":"internet","at":"2026-06-16T16:00:00Z"}""",
            """{"service":"spectrum","region":"US-WI","at":"2026-06-16T17:00:00Z","count":3,"reporter":"r","network":"n"}""");
        var summary = file.Scan(null, null);
        Assert.Equal(4, summary.Reports);

        var reports = file.Shifted(null, null, new(summary.First, Now, Now, Speed: 60)).ToArray();
        Assert.Equal(new LiveReport(Now, "spectrum", "US-CA", "internet", null, null), reports[0]);
        Assert.Equal(new LiveReport(Now.AddMinutes(1), "spectrum", "US-WI", null, "r", "n", 3), reports[1]);
    }

    [Fact]
    public void What_it_names_is_gathered()
    {
        var summary = Of(
            """{"service":"a","region":"US","symptom":"tv","at":"2026-06-16T16:00:00Z"}""",
            """{"service":"a","region":"GB","symptom":"internet+tv","at":"2026-06-16T16:00:00Z"}""",
            """{"service":"b","at":"2026-06-16T16:00:00Z"}""").Scan(null, null);
        Assert.Equal(["internet+tv", "tv"], summary.Named.SymptomsByService["a"]);
        Assert.Empty(summary.Named.SymptomsByService["b"]);
        Assert.Equal(["GB", "US", "ZZ"], summary.Named.Regions.Order());
    }

    [Fact]
    public void A_part_of_it_is_played_from_its_start()
    {
        var file = Of(Enumerable.Range(0, 10).Select(hour => $$"""{"service":"a","region":"US","at":"2026-06-16T0{{hour}}:30:00Z"}""").ToArray());
        var (from, to) = (new DateTimeOffset(2026, 6, 16, 3, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 6, 16, 5, 0, 0, TimeSpan.Zero));
        var summary = file.Scan(from, to);
        Assert.Equal((2, from), (summary.Reports, summary.First));
        Assert.Equal(Now.AddMinutes(30), file.Shifted(from, to, new(summary.First, Now, Now, 1)).First().Due);
    }

    [Theory]
    [InlineData("not json", "line 2: not a report")]
    [InlineData("{}", "line 2: '' is not a service key")]
    [InlineData("""{"service":"a","region":"us"}""", "line 2: 'us' is not a region")]
    [InlineData("""{"service":"a","region":"US","symptom":"Log In!"}""", "line 2: 'Log In!' is not a symptom")]
    public void A_line_that_is_no_report_is_told_by_its_number(string line, string told) => Assert.Contains(
        told, Assert.Throws<UsageException>(() => Of("""{"service":"a","region":"US"}""", line).Scan(null, null)).Message);

    [Fact]
    public void A_file_without_reports_is_refused() => Assert.Throws<UsageException>(() => Of("", "").Scan(null, null));

    private ReportFile Of(params string[] lines)
    {
        File.WriteAllLines(_path, lines);
        return new(_path);
    }
}
