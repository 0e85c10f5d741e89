using Aggregator.Grains;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace Aggregator.Server;

/// <summary>What the framework itself refuses is said in the same way as what the routes refuse.</summary>
internal static class ProblemWriting
{
    public static IServiceCollection AddProblemWriting(this IServiceCollection services) => services
        .Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true)
        .AddExceptionHandler<Refusals>()
        .Configure<ExceptionHandlerOptions>(options => options.SuppressDiagnosticsCallback = context => StatusOf(context.Exception) != StatusCodes.Status500InternalServerError)
        .AddProblemDetails(options => options.CustomizeProblemDetails = context => Dress(context.ProblemDetails, context.HttpContext));

    private static void Dress(ProblemDetails problem, HttpContext http)
    {
        if (problem.Status is StatusCodes.Status503ServiceUnavailable) http.Response.Headers.RetryAfter = "1";

        // The rest of such a body still comes in: whoever uses the connection next would read it.
        if (problem.Status is StatusCodes.Status413PayloadTooLarge) http.Response.Headers.Connection = "close";
        if (problem.Type?.StartsWith("urn:", StringComparison.Ordinal) == true) return;

        var scope = problem.Status is 401 or 403 ? OperatorScopes.LackingFor(http) : null;
        if (scope is not null) problem.Extensions["scope"] = scope;
        (problem.Type, problem.Detail) = problem.Status switch
        {
            400 => (Problems.Urn("bad-body"), problem.Detail ?? "The request cannot be read."),
            401 => (Problems.Urn("no-operator-key"), scope is null ? "Send an operator key: Authorization: Bearer <key>." : $"Send an operator key with the scope '{scope}': Authorization: Bearer <key>."),
            403 => (Problems.Urn("wrong-scope"), $"This key has not the scope '{scope}', which is needed here."),
            404 => (Problems.Urn("not-found"), $"There is nothing at {http.Request.Path}; /openapi/v1.json lists what there is."),
            405 => (Problems.Urn("wrong-method"), $"{http.Request.Method} is not for {http.Request.Path}."),
            408 => (Problems.Urn("too-slow"), "The body came too slowly, and was not waited for."),
            413 => (Problems.Urn("too-large"), problem.Detail ?? "The body is too large."),
            415 => (Problems.Urn("wrong-media-type"), "Send the body as application/json, or as application/x-ndjson where lines are wanted."),
            429 => (Problems.Urn("too-many-keys"), "Too many wrong operator keys were sent from this address; try again after the time that Retry-After says."),
            503 => (Problems.Urn("no-sight"), "The part that knows the answer cannot be reached. Try again in a few seconds."),
            _ => (Problems.Urn("failed"), problem.Detail ?? "Something broke on our side; it is in the log."),
        };
    }

    private static int StatusOf(Exception exception) => exception switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        ConnectionResetException or ConnectionAbortedException => StatusCodes.Status499ClientClosedRequest,
        OrleansException => StatusCodes.Status503ServiceUnavailable,
        _ when StoreFaults.Of(exception) is not null => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Turns what the framework throws at a bad request into its problem; anything else is ours, and a 500.</summary>
    private sealed class Refusals(IProblemDetailsService problems) : IExceptionHandler
    {
        public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            var status = StatusOf(exception);
            Headers.Dress(httpContext);
            httpContext.Response.StatusCode = status;
            if (status == StatusCodes.Status499ClientClosedRequest) return ValueTask.FromResult(true);
            if (status is 500 or 503 && PagesApi.IsPage(httpContext.Request)) return TellPeople(httpContext, status);

            var problem = exception.InnerException is System.Text.Json.JsonException json ? Problems.BadJson(json).ProblemDetails
                : Problems.StoreRefused(exception)?.ProblemDetails
                ?? new ProblemDetails { Status = status, Detail = status == 400 ? "The body is empty or cannot be read; send a JSON object." : null };
            return problems.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = problem });
        }

        private static async ValueTask<bool> TellPeople(HttpContext http, int status)
        {
            if (status == StatusCodes.Status503ServiceUnavailable) http.Response.Headers.RetryAfter = "1";
            await PagesApi.Fault(status).ExecuteAsync(http);
            return true;
        }
    }
}
