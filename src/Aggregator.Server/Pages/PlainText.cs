using System.Globalization;
using System.Text;
using Aggregator.Domain;

namespace Aggregator.Server;

/// <summary>What a page says, for a terminal: no line of it holds anything that a terminal would obey.</summary>
internal sealed class PlainText(IEnumerable<string> lines) : IResult
{
    private const int RowsAtMost = 50;
    private const string Gap = "  ";

    /// <summary>What is down, or elevated, or out of sight.</summary>
    public static PlainText Front(ServicesAnswer services, IReadOnlySet<string> easing, Uri root)
    {
        var worrying = services.Services.Where(service => service.Level != Level.Normal).ToList();
        var calm = services.Services.Count - worrying.Count;
        List<string> lines = [Wording.Front(services.Services, easing)];
        if (worrying.Count > 0)
        {
            lines.AddRange(["", .. Table(
                [("Service", false), ("Level", false), ("Reports, 15 min", true), ("Usual", true), ("Regions in spike", true), ("Key", false)],
                worrying.Select(service => (string[])[
                    service.Name, Wording.Of(service.Level), Wording.Number(service.Reports15m), Wording.Usual(service.Expected15m), Wording.Number(service.RegionsInSpike), service.Service]))]);
            if (calm > 0) lines.AddRange(["", Wording.Say(calm == 1 ? "plain.rest.one" : "plain.rest.many", ("n", Wording.Number(calm)))]);
        }

        if (services.Services is [{ Service: var worst }, ..]) lines.AddRange(["", Wording.Say("plain.one", ("address", new Uri(root, $"/services/{worst}").ToString()))]);
        return new(lines);
    }

    /// <summary>One service: its sentence, its arithmetic, where it is in trouble.</summary>
    public static PlainText Service(ServiceAnswer service, IReadOnlyList<RegionAnswer> regions, Uri root)
    {
        var names = regions.ToDictionary(region => region.Region, region => region.Name);
        var troubled = regions.Where(region => region.Level != Level.Normal && region.Region != RegionCode.All.Value).ToList();
        List<string> lines = [Wording.Status(service, regions), Wording.Evidence(service.Evidence, Wording.Region(service.Evidence.Region, names))];
        if (troubled.Count > 0)
        {
            lines.AddRange(["", .. Table(
                [("Region", false), ("Level", false), ("Reports, 15 min", true), ("Usual", true), ("Networks", true), ("Since", false)],
                troubled.Select(region => (string[])[
                    Wording.Region(region.Region, names), Wording.Of(region.Level), Wording.Counted(region.Reports, "15m"), Wording.Expected(region.Expected, "15m"),
                    Wording.Number(region.Networks), Wording.Time(region.Since, service.At)]))]);
        }

        lines.Add("");
        if (service.OpenIncident is { } incident)
        {
            lines.Add(Wording.Say("plain.incident",
                ("at", Wording.Time(incident.OpenedAt, service.At)), ("address", new Uri(root, incident.Links["html"]).ToString()),
                ("peak", Wording.Say("incident.peak", ("observed", Wording.Reports((long)incident.Peak.Observed)), ("expected", Wording.Usual(incident.Peak.Expected))))));
        }

        lines.Add(Wording.Say("plain.page", ("address", new Uri(root, $"/services/{service.Service}").ToString())));
        return new(lines);
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "text/plain; charset=utf-8";
        return httpContext.Response.WriteAsync(string.Concat(lines.Select(line => Harmless(line).TrimEnd() + "\n")));
    }

    /// <summary>Without what moves a cursor, rings, colours, or turns the direction of writing.</summary>
    internal static string Harmless(string text) => string.Concat(text.EnumerateRunes().Where(rune => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)).Select(rune => rune.ToString()));

    private static IEnumerable<string> Table((string Head, bool IsNumber)[] columns, IEnumerable<string[]> content)
    {
        var rows = content.Select(row => row.Select(Harmless).ToArray()).ToList();
        var shown = rows.Take(RowsAtMost).Prepend([.. columns.Select(column => column.Head)]).ToList();
        var widths = columns.Select((_, i) => shown.Max(row => Width(row[i]))).ToArray();
        foreach (var row in shown) yield return string.Join(Gap, row.Select((cell, i) => Pad(cell, widths[i], columns[i].IsNumber)));
        if (rows.Count > RowsAtMost) yield return Wording.Say("plain.more", ("n", Wording.Number(rows.Count - RowsAtMost)));
    }

    private static string Pad(string cell, int width, bool isNumber)
    {
        var space = new string(' ', width - Width(cell));
        return isNumber ? space + cell : cell + space;
    }

    private static int Width(string text) => new StringInfo(text).LengthInTextElements;
}
