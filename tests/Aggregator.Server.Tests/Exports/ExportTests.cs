using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;
using Aggregator.Grains;
using CsvHelper;

namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class ExportTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;
    private readonly DateTimeOffset _from = new DateTimeOffset(RunningServer.Now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-20);

    [Fact]
    public async Task A_series_is_exported_with_the_sum_and_every_region_of_the_service_and_a_gap_is_empty()
    {
        var service = await History(("US", 3), ("GB", 2));
        var (csv, type) = await Read($"/v1/export/series?service={service}&interval=1h&{Span(_from.AddDays(-1), _from.AddDays(2))}");

        Assert.Equal("text/csv; charset=utf-8; header=present", type.ToString());
        var rows = Rows(csv);
        Assert.Equal(["service", "region", "at", "interval", "reports", "expected", "usualLow", "usualHigh"], rows[0].Keys);
        Assert.Equal(["ALL", "GB", "US"], rows.Select(row => row["region"]).Distinct());
        Assert.Equal(3 * 72, rows.Count);
        Assert.All(rows, row => Assert.Equal((service, "1h"), (row["service"], row["interval"])));
        Assert.Equal("", rows.Single(row => row["region"] == "US" && row["at"] == $"{_from.AddHours(-1):yyyy-MM-ddTHH:mm:ss}Z")["reports"]);
        Assert.Equal("180", rows.Single(row => row["region"] == "US" && row["at"] == $"{_from:yyyy-MM-ddTHH:mm:ss}Z")["reports"]);
        Assert.Equal([(48 * 180).ToString(CultureInfo.InvariantCulture), (48 * 120).ToString(CultureInfo.InvariantCulture), (48 * 300).ToString(CultureInfo.InvariantCulture)],
            new[] { "US", "GB", "ALL" }.Select(region => rows.Where(row => row["region"] == region && row["reports"].Length > 0).Sum(row => long.Parse(row["reports"], CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Weeks_of_minutes_are_exported_page_by_page_and_no_minute_is_missing_or_twice()
    {
        var service = await History(("US", 3));
        var (lines, type) = await Read($"/v1/export/series?service={service}&region=US&interval=1m&{Span(_from, _from.AddDays(16))}", "application/x-ndjson");

        Assert.Equal("application/x-ndjson", type.MediaType);
        var rows = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["service", "region", "at", "interval", "reports", "expected", "usualLow", "usualHigh"], rows[0].Names());
        Assert.Equal(Enumerable.Range(0, 16 * 1440).Select(minute => _from.AddMinutes(minute)), rows.Select(row => row.GetProperty("at").GetDateTimeOffset()));
        Assert.Equal(2 * 1440 * 3, rows.Where(row => row.GetProperty("reports").ValueKind == JsonValueKind.Number).Sum(row => row.Number("reports")));
    }

    [Theory]
    [InlineData("/v1/export/series", "service")]
    [InlineData("/v1/export/series?service=x&format=xlsx", "format")]
    [InlineData("/v1/export/series?service=x&interval=2m", "interval")]
    [InlineData("/v1/export/series?service=x&from=yesterday", "from")]
    [InlineData("/v1/export/series?service=x&from=2020-01-01", "from")]
    [InlineData("/v1/export/series?service=x&interval=1m&from=$30&region=US,GB,DE,FR,NL,BE,AT,CH,IT,ES,PT,PL", "interval")]
    [InlineData("/v1/export/incidents?format=xml", "format")]
    [InlineData("/v1/export/incidents?from=2020-01-01", "from")]
    [InlineData("/v1/export/incidents?from=$1&to=$2", "from")]
    [InlineData("/v1/export/incidents?state=hidden", "state")]
    [InlineData("/v1/export/incidents?service=No", "service")]
    [InlineData("/v1/export/incidents?region=nowhere-at-all", "region")]
    public async Task A_bad_query_is_told_by_its_field(string path, string field)
    {
        foreach (var days in new[] { 30, 1, 2 }) path = path.Replace($"${days}", $"{RunningServer.Now.AddDays(-days):yyyy-MM-ddTHH:mm:ss}Z", StringComparison.Ordinal);
        await _server.Anybody.GetAsync(path).Problem(400, "invalid", field);
    }

    [Theory]
    [InlineData("service=no-such-service", "unknown-service")]
    [InlineData("service=x&region=US,QX", "unknown-region")]
    public async Task What_is_not_in_the_catalog_is_unknown(string query, string word) =>
        await _server.Anybody.GetAsync($"/v1/export/series?{query}").Problem(404, word);

    [Fact]
    public async Task Incidents_are_exported_newest_first_with_their_notes_and_a_note_that_looks_like_a_formula_is_none()
    {
        var service = await _server.NewService();
        await _server.Get<IncidentStore>().Put(Incident(service, 2, "=HYPERLINK(\"https://evil.example\")", "+1", "said \"so\", twice"));
        await _server.Get<IncidentStore>().Put(Incident(service, 1));
        await _server.Get<IncidentStore>().Put(Incident(service, 40));

        var rows = Rows((await Read($"/v1/export/incidents?service={service}")).Text);
        Assert.Equal([$"{service}-1", $"{service}-2"], rows.Select(row => row["id"]));
        Assert.Equal(("resolved", "US GB", "login=7 app=2"), (rows[0]["state"], rows[0]["regions"], rows[0]["symptoms"]));
        Assert.Equal("'=HYPERLINK(\"https://evil.example\")\n+1\nsaid \"so\", twice", rows[1]["notes"]);
        Assert.Equal("3", rows[1]["peakExpected"]);

        var lines = (await Read($"/v1/export/incidents?service={service}&region=GB&format=ndjson&from={RunningServer.Now.AddDays(-60):yyyy-MM-dd}")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([$"{service}-1", $"{service}-2", $"{service}-40"], lines.Select(line => JsonDocument.Parse(line).RootElement.Text("id")));
        Assert.Empty(Rows((await Read($"/v1/export/incidents?service={service}&state=open")).Text));
    }

    [Fact]
    public async Task More_incidents_than_a_page_holds_are_all_exported_once()
    {
        var service = await _server.NewService();
        for (var i = 0; i < 450; i++) await _server.Get<IncidentStore>().Put(Incident(service, 1) with { Id = $"{service}-{i:000}", OpenedAt = RunningServer.Now.AddDays(-25).AddMinutes(i) });
        var rows = Rows((await Read($"/v1/export/incidents?service={service}")).Text);
        Assert.Equal(Enumerable.Range(0, 450).Reverse().Select(i => $"{service}-{i:000}"), rows.Select(row => row["id"]));
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_does_not_get_a_part_for_the_whole()
    {
        await using var server = await RunningServer.Start(new HttpLimits { ExportWithin = TimeSpan.FromTicks(1) });
        var broken = await Assert.ThrowsAnyAsync<HttpRequestException>(() => server.Anybody.GetStringAsync($"/v1/export/series?service=x&interval=1m&from={RunningServer.Now.AddDays(-30):yyyy-MM-dd}"));
        Assert.NotEqual(HttpStatusCode.OK, broken.StatusCode);
    }

    private async Task<string> History(params (string Region, int PerMinute)[] regions)
    {
        var service = await _server.NewService();
        var lines = regions.Select(one => $$"""{"service":"{{service}}","region":"{{one.Region}}","from":"{{_from:O}}","interval":"1m","counts":[{{string.Join(',', Enumerable.Repeat(one.PerMinute, 2 * 1440))}}]}""");
        await _server.PostLines("/v1/history", string.Join('\n', lines)).Json(HttpStatusCode.OK);
        return service;
    }

    private async Task<(string Text, MediaTypeHeaderValue Type)> Read(string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null) request.Headers.Add("Accept", accept);
        using var response = await _server.Anybody.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        return (text, response.Content.Headers.ContentType!);
    }

    private static List<IDictionary<string, string>> Rows(string csv)
    {
        using var reader = new CsvReader(new StringReader(csv), CultureInfo.InvariantCulture);
        return [.. reader.GetRecords<dynamic>().Select(row => ((IDictionary<string, object>)row).ToDictionary(cell => cell.Key, cell => (string)cell.Value))];
    }

    private static string Span(DateTimeOffset from, DateTimeOffset to) => $"from={from:yyyy-MM-ddTHH:mm:ss}Z&to={to:yyyy-MM-ddTHH:mm:ss}Z";

    private static IncidentDocument Incident(string service, int daysAgo, params string[] notes)
    {
        var opened = RunningServer.Now.AddDays(-daysAgo);
        var verdict = new VerdictDocument(Domain.Level.Spike, Domain.VerdictReason.FarAboveUsual, 120, 3, TimeSpan.FromMinutes(5), 42, opened, 0.06, opened.AddMinutes(-2));
        var peak = new PeakDocument(opened, 120, 3, "US", verdict, 90);
        return new()
        {
            Id = $"{service}-{daysAgo}",
            Service = service,
            OpenedAt = opened,
            ResolvedAt = opened.AddMinutes(40),
            Opening = verdict,
            OpenedBy = "US",
            Peak = peak,
            Regions = [new("US", Domain.Level.Normal, opened, peak), new("GB", Domain.Level.Normal, opened, peak)],
            Changes = [new(1, Domain.ChangeKind.Opened, opened, "US", verdict, ["US"])],
            Symptoms = new Dictionary<string, long> { ["app"] = 2, ["login"] = 7 }.ToImmutableDictionary(),
            Notes = [.. notes.Select((text, i) => new IncidentNoteDocument(i + 2, opened.AddMinutes(i), text, null))],
        };
    }
}
