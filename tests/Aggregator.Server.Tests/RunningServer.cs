using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.TestingHost;

namespace Aggregator.Server.Tests;

/// <summary>The whole server on a free port, with an embedded store in a directory of its own.</summary>
public sealed class RunningServer : IAsyncDisposable
{
    public const string OperatorKey = "the-key-of-the-tests";

    private static int _services, _addresses;
    private readonly WebApplication _app;
    private readonly DirectoryInfo? _temporary;

    private RunningServer(WebApplication app, DirectoryInfo? temporary)
    {
        (_app, _temporary) = (app, temporary);
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        Anybody = new(handler) { BaseAddress = new(app.Urls.First()) };
        Operator = new(handler) { BaseAddress = Anybody.BaseAddress, DefaultRequestHeaders = { Authorization = new("Bearer", OperatorKey) } };
    }

    public HttpClient Anybody { get; }

    public HttpClient Operator { get; }

    /// <summary>A part of the server, for what no answer tells.</summary>
    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Believes X-Forwarded-For from loopback, so that one test can be many reporters.</summary>
    public static string[] BelievingProxies { get; } = ["ForwardedHeaders:KnownNetworks:0=127.0.0.0/8"];

    /// <param name="settings">As on the command line, without the dashes; they win over the tests' own.</param>
    public static Task<RunningServer> Start(params string[] settings) => StartOn(TimeProvider.System, new HttpLimits(), settings);

    /// <summary>The same on a clock of the test's own.</summary>
    public static Task<RunningServer> StartOn(TimeProvider clock, params string[] settings) => StartOn(clock, new HttpLimits(), settings);

    /// <inheritdoc cref="Start(string[])"/>
    internal static Task<RunningServer> Start(HttpLimits limits, params string[] settings) => StartOn(TimeProvider.System, limits, settings);

    /// <summary>The same, with a log that the test reads.</summary>
    internal static Task<RunningServer> Start(ErrorLog log, HttpLimits limits, params string[] settings) => StartOn(TimeProvider.System, limits, settings, log);

    private static async Task<RunningServer> StartOn(TimeProvider clock, HttpLimits limits, string[] settings, ErrorLog? log = null)
    {
        var temporary = settings.Any(setting => setting.StartsWith("Store:DataDirectory=", StringComparison.Ordinal)) ? null : Directory.CreateTempSubdirectory("aggregator-");
        string[] own = temporary is null ? [] : [$"Store:DataDirectory={temporary.FullName}"];
        var builder = Builder([.. own, $"Operator:Key={OperatorKey}", "Reports:RatePerReporter=0", "Reports:RatePerNetwork=0", .. settings]);
        builder.Services.AddSingleton(limits);
        log?.AddTo(builder.Logging);
        await builder.AddAggregator();
        if (clock != TimeProvider.System)
        {
            // The silo's own loops keep real time, which its generation is counted in.
            builder.Services.Replace(ServiceDescriptor.Singleton(clock));
            builder.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        }

        var app = builder.Build();
        app.MapAggregator();
        await app.StartAsync();
        return new(app, temporary);
    }

    /// <summary>What Program begins with, but for the port and the log.</summary>
    public static WebApplicationBuilder Builder(params string[] settings) => WebApplication.CreateBuilder(new WebApplicationOptions
    {
        // Static assets are found by the name of the application, which is not that of the test assembly.
        ApplicationName = "Aggregator.Server",
        ContentRootPath = AppContext.BaseDirectory,
        EnvironmentName = "Production",
        Args =
        [
            "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Error", "--Logging:LogLevel:Aggregator=Warning", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning",
            .. settings.Select(setting => "--" + setting),
        ],
    });

    /// <summary>Adds a service of the test's own to the catalog.</summary>
    public async Task<string> NewService(params string[] symptoms)
    {
        var service = $"test-{Interlocked.Increment(ref _services)}";
        using var added = await Operator.PutAsJsonAsync($"/v1/services/{service}", new { name = $"Test {service}", category = "tests", symptoms = symptoms.Length > 0 ? symptoms : ["app", "login"] });
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        return service;
    }

    /// <summary>An address in a network that no other test uses.</summary>
    public static string NewAddress()
    {
        var number = Interlocked.Increment(ref _addresses);
        return string.Create(CultureInfo.InvariantCulture, $"10.{number / 256}.{number % 256}.1");
    }

    public async Task<HttpResponseMessage> Report(string service, object body, string? from = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/services/{service}/reports") { Content = JsonContent.Create(body) };
        request.Headers.Add("X-Forwarded-For", from ?? NewAddress());
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await Anybody.SendAsync(request);
    }

    /// <summary>Posts NDJSON as the operator.</summary>
    public async Task<HttpResponseMessage> PostLines(string path, string body, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson")) };
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        return await Operator.SendAsync(request);
    }

    public async Task<JsonElement> Get(string path)
    {
        using var response = await Anybody.GetAsync(path);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"GET {path} was answered with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return await response.Json();
    }

    public async ValueTask DisposeAsync()
    {
        Anybody.Dispose();
        Operator.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _temporary?.Delete(recursive: true);
    }
}
