namespace Aggregator.Server;

/// <summary>Some requests are much work: only so many of a kind run at once, and who comes beyond that is told so at once rather than kept waiting.</summary>
internal static class RequestsAtOnce
{
    extension(IEndpointRouteBuilder routes)
    {
        /// <summary>Routes that are mapped here run together at most so often at once; more are answered 503.</summary>
        public IEndpointRouteBuilder AtMostAtOnce(int requests)
        {
            var running = 0;
            return routes.MapGroup("").AddEndpointFilter(async (context, next) =>
            {
                try
                {
                    return Interlocked.Increment(ref running) > requests ? Problems.TooManyAtOnce() : await next(context);
                }
                finally
                {
                    Interlocked.Decrement(ref running);
                }
            });
        }
    }
}
