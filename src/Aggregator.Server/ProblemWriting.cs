using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using StackExchange.Redis;

namespace Aggregator.Server;

/// <summary>What the framework itself refuses is said in the same way as what the routes refuse.</summary>
internal static class ProblemWriting
{
    public static IServiceCollection AddProblemWriting(this IServiceCollection services) => services
        .Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true)
        .AddExceptionHandler<Refusals>()
        .AddProblemDetails(options => options.CustomizeProblemDetails = context => Dress(context.ProblemDetails, context.HttpContext));

    private static void Dress(ProblemDetails problem, HttpContext http)
    {
        if (problem.Status is StatusCodes.Status503ServiceUnavailable) http.Response.Headers.RetryAfter = "1";
        if (problem.Type?.StartsWith("urn:", StringComparison.Ordinal) == true) return;

        (problem.Type, problem.Detail) = problem.Status switch
        {
            400 => (Problems.Urn("bad-body"), problem.Detail ?? "The request cannot be read."),
            401 => (Problems.Urn("no-operator-key"), "Send the operator key: Authorization: Bearer <key>."),
            403 => (Problems.Urn("wrong-scope"), "This key does not allow this call."),
            404 => (Problems.Urn("not-found"), $"There is nothing at {http.Request.Path}; /openapi/v1.json lists what there is."),
            405 => (Problems.Urn("wrong-method"), $"{http.Request.Method} is not for {http.Request.Path}."),
            413 => (Problems.Urn("too-large"), problem.Detail ?? "The body is too large."),
            415 => (Problems.Urn("wrong-media-type"), "Send the body as application/json, or as application/x-ndjson where lines are wanted."),
            429 => (Problems.Urn("too-many-reports"), "This address has sent as many reports as it may for now; try again later."),
            503 => (Problems.Urn("no-sight"), "The part that knows the answer cannot be reached. Try again in a few seconds."),
            _ => (Problems.Urn("failed"), problem.Detail ?? "Something broke on our side; it is in the log."),
        };
    }

    /// <summary>Turns what the framework throws at a bad request into its problem; anything else is ours, and a 500.</summary>
    private sealed class Refusals(IProblemDetailsService problems) : IExceptionHandler
    {
        public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            var status = exception switch
            {
                BadHttpRequestException bad => bad.StatusCode,
                RedisException or TimeoutException or OrleansException => StatusCodes.Status503ServiceUnavailable,
                _ => StatusCodes.Status500InternalServerError,
            };
            httpContext.Response.StatusCode = status;
            var problem = new ProblemDetails { Status = status, Detail = status == 400 ? Explain(exception) : null };
            if (exception.InnerException is System.Text.Json.JsonException { Path: ['$', '.', .. var field] } json && IsOfWrongType(json))
                problem.Extensions["errors"] = new Dictionary<string, string[]> { [field] = [$"'{field}' is not of the type that is wanted."] };
            return problems.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = problem });
        }

        private static string Explain(Exception exception) => exception.InnerException switch
        {
            System.Text.Json.JsonException json => $"The body is not the JSON that is wanted: see {json.Path ?? "$"}, line {json.LineNumber + 1}.",
            _ => "The body is empty or cannot be read; send a JSON object.",
        };

        private static bool IsOfWrongType(System.Text.Json.JsonException json) => json.Message.Contains("could not be converted", StringComparison.Ordinal);
    }
}
