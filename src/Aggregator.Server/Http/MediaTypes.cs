namespace Aggregator.Server;

/// <summary>What bodies are called in <c>Content-Type</c>.</summary>
internal static class MediaTypes
{
    /// <summary>Every name that lines of JSON go by: routing lets in, and readers take, exactly these. The first is the one to send.</summary>
    public static IReadOnlyList<string> Ndjson { get; } =
        ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonl", "application/jsonlines", "application/x-jsonlines"];

    extension(RouteHandlerBuilder route)
    {
        /// <summary>The body is lines of JSON; anything else is answered 415.</summary>
        public RouteHandlerBuilder AcceptsLinesOf<T>() where T : notnull => route.Accepts<T>(Ndjson[0], [.. Ndjson.Skip(1)]);
    }
}
