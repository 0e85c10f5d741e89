using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Aggregator.Server;

/// <summary>Bodies that end without noise when the client leaves in the middle of one.</summary>
/// <remarks>
/// After a request the web server passes over the rest of its body, and writes an error to the log if a read of it was cancelled or has failed.
/// So reads here are never cancelled: they end by themselves, since the connection has ended. And a connection whose body could not be read serves no other request.
/// </remarks>
internal static class RequestBodies
{
    public static void UseRequestBodies(this WebApplication app) => app.Use(async (http, next) =>
    {
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true)
        {
            await next(http);
            return;
        }

        ForgetCharset(http.Request);
        var body = new Body(http.Request.BodyReader, http.Response);
        http.Features.Set<IRequestBodyPipeFeature>(body);
        http.Request.Body = body.AsStream(leaveOpen: true);
        await next(http);

        if (body.ClientHasLeft) http.Abort();

        // The connection is closed by an answer that has begun.
        else if (body.IsBroken && !http.Response.HasStarted) await http.Response.StartAsync();
    });

    /// <summary>JSON is UTF-8, whatever is said beside it (RFC 8259); the framework would believe it, and fail at a name that it does not know.</summary>
    private static void ForgetCharset(HttpRequest request)
    {
        if (request.ContentType?.Contains("charset", StringComparison.OrdinalIgnoreCase) == true && request.HasJsonContentType())
            request.ContentType = request.ContentType.Split(';')[0];
    }

    private sealed class Body(PipeReader body, HttpResponse response) : PipeReader, IRequestBodyPipeFeature
    {
        public PipeReader Reader => this;

        public bool ClientHasLeft { get; private set; }

        /// <summary>Whether it is not what its head promised.</summary>
        public bool IsBroken { get; private set; }

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                return await body.ReadAsync(CancellationToken.None);
            }
            catch (BadHttpRequestException)
            {
                CloseAfterwards();
                throw;
            }
            catch (IOException error) when (error.InnerException is OverflowException)
            {
                // The web server tells it as a fault of its own.
                CloseAfterwards();
                throw new BadHttpRequestException("A chunk of the body has a size that no number holds.", error);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                ClientHasLeft = true;
                throw new ConnectionResetException("The client left before the end of its body.", error);
            }
        }

        public override bool TryRead(out ReadResult result) => body.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => body.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => body.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => body.CancelPendingRead();

        public override void Complete(Exception? exception = null) => body.Complete(exception);

        private void CloseAfterwards()
        {
            if (IsBroken || response.HasStarted) return;
            IsBroken = true;

            // Not at once: whoever writes the refusal begins with empty headers.
            response.OnStarting(() =>
            {
                response.Headers.Connection = "close";
                return Task.CompletedTask;
            });
        }
    }
}
