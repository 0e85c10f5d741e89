using System.Reflection;
using Aggregator.Grains;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Aggregator.Server;

internal static partial class Observability
{
    /// <summary>Metrics at <c>/metrics</c>; metrics, traces and logs to a collector where the standard <c>OTEL_*</c> variables name one.</summary>
    public static void AddObservability(this WebApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddSingleton<Telemetry>().AddHostedService<Gauges>().AddHostedService<CountersFromZero>();

        // At Debug it says the addresses of those who come by a proxy that is not known.
        builder.Logging.AddFilter("Microsoft.AspNetCore.HttpOverrides", LogLevel.None);

        // A scope, and without a collector a trace, for every request: a log's line has the ids of the trace without it.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        services.Configure<JsonConsoleFormatterOptions>(InFull);

        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("aggregator", serviceVersion: Version).AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                metrics
                    .AddMeter(Tracing.Name, "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                    .AddRuntimeInstrumentation()
                    .AddPrometheusExporter();
                if (configuration.CollectsTraces()) metrics.SetExemplarFilter(ExemplarFilterType.TraceBased);
            });

        // A trace that nobody collects is not begun.
        if (configuration.CollectsTraces())
        {
            telemetry.WithTracing(traces =>
            {
                traces.AddAspNetCoreInstrumentation().AddSource(Tracing.Name, "Microsoft.Orleans.Application", "Microsoft.Orleans.Storage");
                if (string.IsNullOrEmpty(configuration["OTEL_TRACES_SAMPLER"])) traces.SetSampler(provider => new TraceLimit(provider.GetRequiredService<TimeProvider>()));
            });
        }

        if (configuration.Collects("LOGS")) telemetry.WithLogging(null, logs => logs.IncludeScopes = logs.IncludeFormattedMessage = true);
        if (configuration.Collects("TRACES") || configuration.Collects("METRICS") || configuration.Collects("LOGS")) telemetry.UseOtlpExporter();
    }

    /// <summary>What the notes of an upgrade are read by.</summary>
    public static void SayVersion(this ILogger logger, ClusterRole role) => LogVersion(logger, Version, role);

    /// <summary>The same console for what is logged before the host is there and after it is gone.</summary>
    public static void AddConsoleOf(this ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.AddConfiguration(configuration.GetSection("Logging")).AddConsole();
        logging.Services.Configure<JsonConsoleFormatterOptions>(InFull);
    }

    /// <summary>Whether a collector is named that wants traces.</summary>
    public static bool CollectsTraces(this IConfiguration configuration) => configuration.Collects("TRACES");

    private static bool Collects(this IConfiguration configuration, string signal) =>
        !string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase)
        && configuration[$"OTEL_{signal}_EXPORTER"] is not "none"
        && !(string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]) && string.IsNullOrWhiteSpace(configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]));

    // Logging:Console:FormatterName=json: an object a line, with the ids of trace and span.
    private static void InFull(JsonConsoleFormatterOptions json) => (json.IncludeScopes, json.UseUtcTimestamp, json.TimestampFormat) = (true, true, "O");

    [LoggerMessage(LogLevel.Information, "Aggregator {Version} as {Role}")]
    private static partial void LogVersion(ILogger logger, string? version, ClusterRole role);

    private static string? Version => typeof(Observability).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
}

/// <summary>Shows every counter at 0 from the start: one that is born at its first event hides that event from <c>increase()</c> and <c>rate()</c>.</summary>
/// <remarks>When the server starts, not when an instrument is made: OpenTelemetry listens from its own start on, which is the first of all.</remarks>
internal sealed class CountersFromZero(Telemetry intake, GrainTelemetry grains) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        intake.ShowAll();
        grains.ShowAll();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Begins so many traces a second and no more: in a storm of reports, some are followed and the rest cost nothing.</summary>
/// <remarks>
/// Only what leads somewhere begins one: a request, and a change that nobody's report has just led to. Boards that are read, probes of
/// the cluster and the like do not. The trace of a request whose caller has one goes on, if that is recorded, but counts: anybody can send such a header.
/// </remarks>
internal sealed class TraceLimit(TimeProvider clock) : Sampler
{
    public const int ASecond = 50;

    private const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";
    private readonly Lock _lock = new();
    private long _second = clock.GetTimestamp();
    private int _begun;

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var (parent, name) = (samplingParameters.ParentContext, samplingParameters.Name);
        var recorded = parent.TraceFlags.HasFlag(System.Diagnostics.ActivityTraceFlags.Recorded);
        var goesOn = parent.TraceId != default && !(parent.IsRemote && name == Request);
        var sampled = goesOn ? recorded : (parent.TraceId == default || recorded) && name is Request or Tracing.Change && HasRoom();
        return new(sampled ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }

    private bool HasRoom()
    {
        lock (_lock)
        {
            if (clock.GetElapsedTime(_second) >= TimeSpan.FromSeconds(1)) (_second, _begun) = (clock.GetTimestamp(), 0);
            return _begun++ < ASecond;
        }
    }
}
