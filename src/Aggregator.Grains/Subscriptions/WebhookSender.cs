using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Security.AntiSSRF;

namespace Aggregator.Grains;

/// <summary>How messages are sent.</summary>
public sealed class WebhookOptions : IValidatableObject
{
    public const string Section = "Webhooks";

    /// <summary>Whether subscribers may live in private networks and on plain http: for tests and intranets.</summary>
    public bool AllowPrivateNetworks { get; set; }

    /// <summary>Where people reach this aggregator, for links in messages and feeds.</summary>
    /// <value>address; http or https</value>
    public Uri? PublicUrl { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (PublicUrl is { } url && !(url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)))
            yield return new($"'{url.OriginalString}' is not an http or https address such as https://status.example/.", [nameof(PublicUrl)]);
    }
}

/// <summary>How an attempt ended.</summary>
/// <param name="Status">The HTTP status answered; none where there was no answer.</param>
/// <param name="RetryAfter">What the answer asked for.</param>
public readonly record struct SendResult(int? Status, string? Error, TimeSpan? RetryAfter, TimeSpan Took)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    public AttemptOutcome Outcome => Status switch
    {
        null => AttemptOutcome.NoAnswer,
        >= 200 and < 300 => AttemptOutcome.Delivered,
        410 => AttemptOutcome.Gone,
        _ => AttemptOutcome.Refused,
    };
}

/// <summary>Sends signed messages, as Standard Webhooks 1.0.0 says, to addresses that the filter against request forgery lets through.</summary>
public sealed class WebhookSender : IDisposable
{
    private const int ReadAtMost = 16 * 1024;
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    public WebhookSender(IOptions<WebhookOptions> options, TimeProvider clock)
    {
        _clock = clock;
        _http = new(Handler(options.Value), disposeHandler: true) { Timeout = 2 * AnswerWithin, MaxResponseContentBufferSize = ReadAtMost };
        _http.DefaultRequestHeaders.UserAgent.Add(new("aggregator", "1"));
    }

    /// <summary>Sends once.</summary>
    /// <param name="secrets">Each signs: after a rotation there are two for a while.</param>
    public async Task<SendResult> Send(string url, string id, string body, IEnumerable<string> secrets)
    {
        var begun = Stopwatch.GetTimestamp();

        // The ids of our traces are nobody else's: with a current span the client would send them along.
        Activity.Current = null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            var at = _clock.GetUtcNow().ToUnixTimeSeconds();
            request.Headers.Add("webhook-id", id);
            request.Headers.Add("webhook-timestamp", $"{at}");
            request.Headers.Add("webhook-signature", string.Join(' ', secrets.Select(secret => Sign(secret, id, at, body))));

            using var end = new CancellationTokenSource(AnswerWithin, _clock);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end.Token);
            await Drain(answer, end.Token);
            var status = (int)answer.StatusCode;
            return new(status, status is >= 200 and < 300 ? null : $"answered {status}", Asked(answer.Headers.RetryAfter), Stopwatch.GetElapsedTime(begun));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Whatever it is, it is an attempt that failed: the filter lets errors of sockets and names through as they are.
            return new(null, Why(error), null, Stopwatch.GetElapsedTime(begun));
        }
    }

    /// <summary>One signature of <c>id.timestamp.body</c>: HMAC-SHA256, version 1 of Standard Webhooks.</summary>
    public static string Sign(string secret, string id, long at, string body)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{at}.{body}")));
    }

    /// <summary>A new secret: 32 random bytes.</summary>
    public static string NewSecret() => "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public void Dispose() => _http.Dispose();

    private static HttpMessageHandler Handler(WebhookOptions options)
    {
        if (options.AllowPrivateNetworks) return new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, MaxConnectionsPerServer = 8, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };

        var handler = new AntiSSRFPolicy(PolicyConfigOptions.ExternalOnlyLatest) { AddXFFHeader = false }.GetHandler();
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.MaxConnectionsPerServer = 8;
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
        return handler;
    }

    // The connection can be used again only when the answer was read; of a long one it is not worth it.
    private static async Task Drain(HttpResponseMessage answer, CancellationToken end)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(end);
        var buffer = new byte[4096];
        for (var read = 0; read < ReadAtMost;)
        {
            var some = await stream.ReadAsync(buffer, end);
            if (some == 0) return;
            read += some;
        }
    }

    private TimeSpan? Asked(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _clock.GetUtcNow(),
        _ => null,
    };

    // Says what the operator can mend, and nothing of what lies inside the network.
    private static string Why(Exception error) => error switch
    {
        OperationCanceledException => $"no answer within {AnswerWithin.TotalSeconds:0} s",
        AntiSSRFException => "the address is not allowed: https to a public address is",
        _ when error.InnerException is AntiSSRFException => "the address is not allowed: https to a public address is",
        _ when (error as SocketException ?? error.InnerException) is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "the name of the host is not known",
        _ when (error as SocketException ?? error.InnerException) is SocketException socket => $"no connection: {socket.SocketErrorCode}",
        HttpRequestException http => $"no answer: {http.HttpRequestError}",
        _ => "no answer",
    };
}
