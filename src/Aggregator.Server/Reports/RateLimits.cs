using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

internal static class RateLimits
{
    public const string PerReporter = "per-reporter";

    public static IServiceCollection AddRateLimits(this IServiceCollection services) => services.AddRateLimiter(limits =>
    {
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.OnRejected = async (context, _) =>
        {
            var http = context.HttpContext;
            var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
            var perMinute = http.RequestServices.GetRequiredService<IOptions<ReportOptions>>().Value.RatePerReporter;
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            http.Response.Headers["RateLimit-Policy"] = $"\"reports\";q={perMinute};w=60";
            http.Response.Headers["RateLimit"] = $"\"reports\";r=0;t={Math.Ceiling(wait.TotalSeconds)}";
            await http.RequestServices.GetRequiredService<IProblemDetailsService>()
                .TryWriteAsync(new() { HttpContext = http, ProblemDetails = { Status = http.Response.StatusCode } });
        };
        limits.AddPolicy(PerReporter, http =>
        {
            var perMinute = http.RequestServices.GetRequiredService<IOptions<ReportOptions>>().Value.RatePerReporter;
            if (perMinute == 0) return RateLimitPartition.GetNoLimiter("");

            var address = ReporterGate.Prefix(http.Connection.RemoteIpAddress ?? IPAddress.None, 32, 64);
            return RateLimitPartition.GetFixedWindowLimiter(address, _ => new() { PermitLimit = perMinute, Window = TimeSpan.FromMinutes(1) });
        });
    });
}

/// <summary>How large a body may be, in bytes.</summary>
internal sealed record RequestSizeLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
