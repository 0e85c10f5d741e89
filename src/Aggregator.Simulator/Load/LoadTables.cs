using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary>What <c>load</c> ends with.</summary>
internal sealed class LoadTables(IAnsiConsole console)
{
    // From this share on an answer is nearly all there is, and there is a reason for it.
    private const double NearlyAll = 0.5;

    public void Write(LoadFigures figures)
    {
        var latency = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var head in new[] { "p50", "p90", "p99", "p99.9", "max" }) latency.AddColumn(new TableColumn(head).RightAligned());
        latency.AddRow(Row("latency, from when a report was due", figures.Latency));
        latency.AddRow(Row("of it the pacer's own lateness", figures.Lateness));
        console.Write(latency);
        console.MarkupLineInterpolated($"offered {figures.OfferedRate:N0}/s, answered {figures.AchievedRate:N0}/s");

        var answers = new Table().Border(TableBorder.Rounded).AddColumn("answer").AddColumn(new TableColumn("reports").RightAligned()).AddColumn(new TableColumn("share").RightAligned());
        foreach (var (word, reports) in figures.Answers.OrderByDescending(answer => answer.Value))
            answers.AddRow(new Text(word == LoadCourse.Unknown ? "unknown: sent, no answer" : word), new Text($"{reports:N0}"), new Text($"{(double)reports / figures.Offered:0.00%}"));
        if (figures.NotSent > 0) answers.AddRow(new Text("not sent: no connection was free"), new Text($"{figures.NotSent:N0}"), new Text($"{(double)figures.NotSent / figures.Offered:0.00%}"));
        console.Write(answers);
        foreach (var hint in Hints(figures)) console.MarkupLineInterpolated($"[yellow]{hint}[/]");
    }

    /// <summary>Why most answers may be of one kind that says nothing about speed.</summary>
    public static IEnumerable<string> Hints(LoadFigures figures)
    {
        bool Most(string word) => figures.Of(word) > NearlyAll * figures.Offered;

        if (Most("too-many-reports"))
            yield return "Most were refused for their rate: the server takes all of them for one reporter. Start it with --ForwardedHeaders:KnownNetworks:0=127.0.0.0/8, and with --Reports:RatePerReporter=0 --Reports:RatePerNetwork=0.";
        if (Most("duplicate"))
            yield return "Most were duplicates: the server has heard these reporters within its dedup window. Another --seed, or more --reporters; and it believes X-Forwarded-For only with --ForwardedHeaders:KnownNetworks:0=127.0.0.0/8.";
        if (Most("quarantined"))
            yield return "Most were quarantined: their networks gave their share. Start the server with --ForwardedHeaders:KnownNetworks:0=127.0.0.0/8, or with --Reports:NetworkShare=0.";
    }

    private static Text[] Row(string name, Percentiles of) => [new(name), Cell(of.P50), Cell(of.P90), Cell(of.P99), Cell(of.P999), Cell(of.Max)];

    private static Text Cell(TimeSpan span) => new($"{span.TotalMilliseconds:N2} ms");
}
