using System.Diagnostics.Metrics;

namespace Aggregator.Server.Tests;

/// <summary>Rules and dashboard name what the server emits, and the rules do what they say.</summary>
[Collection(OneServer.Name)]
public sealed class MonitoringTests(AggregatorFixture fixture)
{
    [Fact, StartsProcess]
    public Task The_rules_are_ones_that_Prometheus_reads() => Promtool("check", "rules", MonitoringFiles.Rules);

    [Theory, StartsProcess]
    [InlineData("prometheus.yml")]
    [InlineData("one-server.yml")]
    public Task The_configuration_is_one_that_Prometheus_reads(string file) => Promtool("check", "config", Path.Combine(MonitoringFiles.Folder, file));

    [Fact, StartsProcess]
    public Task Every_alert_fires_when_it_is_to_and_not_before() => Promtool("test", "rules", MonitoringFiles.RulesTest);

    [Fact, StartsProcess]
    public async Task What_the_rules_are_tried_on_begins_as_a_fresh_server_shows_it()
    {
        var tried = MonitoringFiles.TriedSeries.Where(one => one.Series.StartsWith("aggregator_", StringComparison.Ordinal)).ToList();
        var data = Directory.CreateTempSubdirectory("aggregator-fresh-");
        await using (var server = await ServerProcess.Start($"Store:DataDirectory={data.FullName}"))
        {
            var fresh = await Eventually.Is("the gauges", () => Scrape.Of(server.Http), scrape => scrape.Series.ContainsKey("aggregator_store_reachable"));
            Assert.NotEmpty(tried);
            Assert.All(tried, one => Assert.Equal((one.Series, FirstOf(fresh, one.Series) ?? one.First), one));
            await PromtoolReading(fresh.Text, "check", "metrics");
        }

        data.Delete(recursive: true);

        // A histogram has no series before its first value; a gauge is whatever it is just then.
        static string? FirstOf(Scrape fresh, string series) =>
            !fresh.Series.TryGetValue(series, out var value) ? "_" : series.Split('{')[0].EndsWith("_total", StringComparison.Ordinal) ? $"{value}" : null;
    }

    [Fact]
    public async Task Every_alert_is_tried_and_says_what_to_do()
    {
        var tried = await File.ReadAllTextAsync(MonitoringFiles.RulesTest, TestContext.Current.CancellationToken);
        var rules = (await File.ReadAllTextAsync(MonitoringFiles.Rules, TestContext.Current.CancellationToken)).Split("- alert: ")[1..];
        Assert.NotEmpty(rules);
        Assert.All(rules, rule =>
        {
            Assert.Contains($"alertname=\"{rule.Split('\n')[0].Trim()}\"", tried, StringComparison.Ordinal);
            Assert.Contains("summary: ", rule, StringComparison.Ordinal);
            Assert.Contains("runbook: ", rule, StringComparison.Ordinal);
        });
    }

    [Fact, StartsProcess]
    public async Task Rules_and_dashboard_name_metrics_that_are_emitted()
    {
        using var instruments = new Instruments(fixture.Server.Get<IMeterFactory>());
        var own = instruments.Read().SelectMany(one => one.Kind == "histogram" ? new[] { "_bucket", "_sum", "_count" }.Select(part => one.InPrometheus + part) : [one.InPrometheus]).ToHashSet();
        var rules = await File.ReadAllTextAsync(MonitoringFiles.Rules, TestContext.Current.CancellationToken);
        var named = MonitoringFiles.Queries.Select(query => query.Query).Append(string.Join('\n', rules.Split('\n').Where(line => line.Contains("(aggregator_", StringComparison.Ordinal) || line.Contains("expr:", StringComparison.Ordinal))))
            .SelectMany(MonitoringFiles.MetricsIn).ToHashSet();
        Assert.Subset(own, named.Where(name => name.StartsWith("aggregator_", StringComparison.Ordinal)).ToHashSet());

        var others = named.Where(name => !name.StartsWith("aggregator_", StringComparison.Ordinal)).ToHashSet();
        Assert.NotEmpty(others);
        await TelemetryLedger.Served(others.IsSubsetOf);
    }

    private static Task Promtool(params string[] arguments) => PromtoolReading("", arguments);

    private static async Task PromtoolReading(string input, params string[] arguments)
    {
        Assert.SkipWhen(Machine.Promtool is null, "There is no promtool on this machine.");
        await using var tool = new ChildProcess(Machine.Promtool, arguments);
        await tool.Tell(input);
        await tool.Exit(TimeSpan.FromSeconds(30));
        Assert.True(tool.ExitCode == 0, tool.Output);
    }
}

/// <summary>A real Prometheus scrapes a server in which there is an outage, and is asked what the dashboard asks. In real time, and in a process of its own: meters are heard by all who listen in one.</summary>
[StartsProcess]
public sealed class PrometheusTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("aggregator-prometheus-");
    private ServerProcess _server = null!;
    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Machine.Prometheus is null, "There is no Prometheus on this machine.");
        (_server, _receiver) = (await ServerProcess.Start([.. RunningServer.BelievingProxies, "Webhooks:AllowPrivateNetworks=true", $"Store:DataDirectory={Path.Combine(_directory.FullName, "data")}"]), await Receiver.Start());
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        if (_receiver is not null) await _receiver.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Every_query_of_the_dashboard_is_answered_and_every_rule_is_healthy()
    {
        using var subscribed = await _server.Operator.PostAsJsonAsync("/v1/subscriptions", new { url = _receiver.Url(), services = new[] { "x" }, format = "standard" });
        var (prometheus, address) = await Start();
        await using var process = prometheus;
        using var http = new HttpClient { BaseAddress = address };
        await Eventually.Is("the server in Prometheus", () => Ask(http, "up{job=\"aggregator\"} == 1"), found => found > 0, Soon);
        await Eventually.Is("a message", FloodAndLook, told => told > 0, Soon);

        foreach (var (panel, query) in MonitoringFiles.Queries)
        {
            await Eventually.Right($"{panel}: {query}", Soon, async () =>
            {
                await FloodAndLook();
                if (await Ask(http, query) > 0) return null;
                using var targets = await http.GetAsync("/api/v1/targets");
                return await targets.Content.ReadAsStringAsync();
            });
        }

        var rules = await http.GetFromJsonAsync<JsonElement>("/api/v1/rules", TestContext.Current.CancellationToken);
        Assert.All(rules.GetProperty("data").List("groups").SelectMany(group => group.List("rules")), rule => Assert.Equal("ok", rule.Text("health")));

        async Task<int> FloodAndLook()
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Report()));
            return _receiver.Told.Count;
        }

        async Task Report()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/services/x/reports") { Content = JsonContent.Create(new { symptom = "login", region = "US" }) };
            request.Headers.Add("X-Forwarded-For", RunningServer.NewAddress());

            // On a machine that is busy with other tests, one may be refused.
            using var answer = await _server.Http.SendAsync(request);
        }
    }

    /// <summary>How many series answer a query; a query that Prometheus does not understand fails.</summary>
    private static async Task<int> Ask(HttpClient http, string query)
    {
        using var answer = await http.GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        using var told = JsonDocument.Parse(text);
        return told.RootElement.GetProperty("data").List("result").Count(series => series.List("value")[1].GetString() != "NaN");
    }

    private async Task<(ChildProcess, Uri)> Start()
    {
        var target = _server.Address.Authority;
        var address = new Uri($"http://127.0.0.1:{Ports.Free()}");
        var configuration = Path.Combine(_directory.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(configuration, $$"""
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: ["{{MonitoringFiles.Rules}}"]
            scrape_configs: [{ job_name: aggregator, static_configs: [{ targets: ["{{target}}"] }] }]
            """);
        return (new ChildProcess(Machine.Prometheus!, [$"--config.file={configuration}", $"--storage.tsdb.path={_directory.FullName}", $"--web.listen-address={address.Authority}", "--log.level=error"]), await Answering(address));
    }

    private static async Task<Uri> Answering(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        await Eventually.True("Prometheus is ready", Soon, async () =>
        {
            try
            {
                using var answer = await http.GetAsync("/-/ready");
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return address;
    }
}
