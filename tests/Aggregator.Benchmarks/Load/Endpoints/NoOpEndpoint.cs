using System.CommandLine;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aggregator.Benchmarks;

/// <summary>The body of a report, as the server takes it.</summary>
internal sealed record ReportBody(string? Symptom = null, string? Region = null, string? Comment = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReportBody))]
[JsonSerializable(typeof(SmallAnswer))]
internal sealed partial class EndpointJson : JsonSerializerContext;

internal sealed record SmallAnswer(DateTimeOffset At, string[] Spikes);

/// <summary><c>no-op</c>: the same Kestrel, the same route, the same body bound; answers 202 and does nothing. What an answer costs at least.</summary>
internal static class NoOpEndpoint
{
    public const string Name = "no-op", NotModified = "/no-op/304", SmallJson = "/no-op/json", ETag = "W/\"no-op\"";

    public static Command Command()
    {
        var url = new Option<string>("--urls") { Required = true };
        var command = new Command(Name, "Answers reports with 202 and does nothing.") { url };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            var app = Bare(parsed.GetRequiredValue(url));
            app.MapPost(ReportRequests.Route, (string service, ReportBody body) => TypedResults.Accepted((string?)null));
            app.MapGet(NotModified, (HttpResponse response) =>
            {
                response.Headers.ETag = ETag;
                response.StatusCode = StatusCodes.Status304NotModified;
            });
            app.MapGet(SmallJson, () => TypedResults.Json(new SmallAnswer(default, []), EndpointJson.Default.SmallAnswer));
            await app.RunAsync();
        });
        return command;
    }

    /// <summary>A web application with nothing in it but Kestrel, routes and source-generated JSON.</summary>
    public static WebApplication Bare(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(url).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, EndpointJson.Default));
        var app = builder.Build();
        app.MapGet(RunningServer.ReadyPath, () => TypedResults.Ok());
        return app;
    }
}
