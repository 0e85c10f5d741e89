using System.Diagnostics.Metrics;
using Aggregator.Grains;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Aggregator.Server;

/// <summary>What the product itself counts about itself: one method per fact.</summary>
internal sealed class Telemetry
{
    public const string Name = "Aggregator";

    private readonly Counter<long> _received, _limited, _refused;

    public const string ReceivedName = "aggregator.reports.received";
    public const string LimitedName = "aggregator.reports.limited";
    public const string RefusedName = "aggregator.reports.refused";

    public Telemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _received = meter.CreateCounter<long>(ReceivedName, "{report}", "Reports appended to the store, by what became of them.");
        _limited = meter.CreateCounter<long>(LimitedName, "{report}", "Reports refused because their sender had sent too many, by whose limit it was.");
        _refused = meter.CreateCounter<long>(RefusedName, "{report}", "Reports answered 503, by what had no room or did not answer.");
    }

    /// <param name="limit"><c>reporter</c> or <c>network</c>.</param>
    public void Limited(string limit) => _limited.Add(1, new KeyValuePair<string, object?>("limit", limit));

    /// <param name="reason">Why they were not, or perhaps not, appended.</param>
    public void Refused(IntakeResult reason, int reports) => _refused.Add(reports, new KeyValuePair<string, object?>("reason", reason.ToString()));

    public void Received(IReadOnlyList<Report> reports, LineOutcome[] lines)
    {
        long counted = 0, duplicate = 0, quarantined = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            counted += lines[i].Counted;
            var rest = reports[i].Count - lines[i].Counted;
            if (lines[i].Rest == ReportOutcome.Duplicate) duplicate += rest;
            else quarantined += rest;
        }

        Add(counted, "counted");
        Add(duplicate, "duplicate");
        Add(quarantined, "quarantined");
    }

    private void Add(long reports, string outcome)
    {
        if (reports > 0) _received.Add(reports, new KeyValuePair<string, object?>("outcome", outcome));
    }
}

internal static class Observability
{
    /// <summary>Metrics at <c>/metrics</c>; metrics and traces to a collector where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one.</summary>
    public static void AddObservability(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Telemetry>();

        // At Debug it says the addresses of those who come by a proxy that is not known.
        builder.Logging.AddFilter("Microsoft.AspNetCore.HttpOverrides", LogLevel.None);
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddMeter(Telemetry.Name, "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter());

        // A trace that nobody collects is not begun.
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            telemetry.WithTracing(traces => traces.AddAspNetCoreInstrumentation()).UseOtlpExporter();
        else
            builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    }
}
