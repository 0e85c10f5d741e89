using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Aggregator.Simulator;

/// <summary>The aggregator as seen from outside. What must not be lost is sent again, with the same body and key, until it is answered.</summary>
internal sealed class AggregatorClient(HttpClient http, TimeProvider time)
{
    public static readonly MediaTypeHeaderValue Ndjson = new("application/x-ndjson");
    private static readonly TimeSpan PatienceAtAll = TimeSpan.FromMinutes(10);

    /// <summary>Why the request under way has not been answered yet; null where all is well.</summary>
    public string? Trouble { get; private set; }

    public async Task<ReportAnswer> Report(string service, NewReport report, CancellationToken cancel)
    {
        using var answer = await http.PostAsJsonAsync($"v1/services/{Uri.EscapeDataString(service)}/reports", report, JsonSerializerOptions.Web, cancel);
        return await Read<ReportAnswer>(answer, cancel);
    }

    /// <summary>Sends lines of reports; with one key they count once, however often they had to be sent.</summary>
    public Task<BulkAnswer> Reports(string key, byte[] lines, CancellationToken cancel) => Reports(key, () => Body(lines), cancel);

    /// <param name="key">One key, one body.</param>
    /// <param name="body">Makes the body of an attempt; each time the same bytes.</param>
    public Task<BulkAnswer> Reports(string key, Func<HttpContent> body, CancellationToken cancel) => Insist<BulkAnswer>("v1/reports", body, key, cancel);

    public Task<HistoryAnswer> History(byte[] lines, CancellationToken cancel) => Insist<HistoryAnswer>("v1/history", () => Body(lines), null, cancel);

    /// <summary>Counts of a series by the hour.</summary>
    public async Task<SeriesAnswer> Series(string service, string region, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel)
    {
        using var answer = await http.GetAsync($"v1/services/{service}/series?region={region}&from={from.UtcDateTime:s}Z&to={to.UtcDateTime:s}Z&interval=1h", cancel);
        return await Read<SeriesAnswer>(answer, cancel);
    }

    /// <summary>Reads what may not have changed: null where it has not.</summary>
    /// <param name="known">The tag of what is known already, and afterwards of what was read.</param>
    public async Task<T?> Poll<T>(string path, StrongBox<EntityTagHeaderValue?> known, CancellationToken cancel) where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (known.Value is not null) request.Headers.IfNoneMatch.Add(known.Value);
        using var answer = await http.SendAsync(request, cancel);
        if (answer.StatusCode == HttpStatusCode.NotModified) return null;
        var read = await Read<T>(answer, cancel);
        known.Value = answer.Headers.ETag;
        return read;
    }

    /// <summary>One service of the catalog, or null where it has none of this key.</summary>
    public async Task<ServiceAnswer?> Service(string service, CancellationToken cancel)
    {
        using var answer = await http.GetAsync($"v1/services/{service}", cancel);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await Read<ServiceAnswer>(answer, cancel);
    }

    /// <summary>The keys of all services of the catalog.</summary>
    public async Task<IReadOnlyList<string>> Services(CancellationToken cancel)
    {
        var services = new List<string>();
        for (var cursor = "0"; cursor is not null;)
        {
            using var answer = await http.GetAsync($"v1/services?limit=1000&cursor={cursor}", cancel);
            var page = await Read<ServicesAnswer>(answer, cancel);
            services.AddRange(page.Services.Select(service => service.Service));
            cursor = page.Next;
        }

        return services;
    }

    public async Task<RegionsAnswer> Regions(CancellationToken cancel)
    {
        using var answer = await http.GetAsync("v1/regions", cancel);
        return await Read<RegionsAnswer>(answer, cancel);
    }

    public async Task Put<T>(string path, T body, CancellationToken cancel)
    {
        using var answer = await http.PutAsJsonAsync(path, body, JsonSerializerOptions.Web, cancel);
        if (!answer.IsSuccessStatusCode) throw await ApiException.From(answer, cancel);
    }

    private async Task<T> Insist<T>(string path, Func<HttpContent> body, string? key, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var wait = TimeSpan.FromMilliseconds(Math.Min(2_000, 200 << Math.Min(attempt, 4)));
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body() };
                if (key is not null) request.Headers.Add("Idempotency-Key", key);
                using var answer = await http.SendAsync(request, cancel);
                if (!IsPassing(answer.StatusCode))
                {
                    var read = await Read<T>(answer, cancel);
                    Trouble = null;
                    return read;
                }

                Trouble = $"{(int)answer.StatusCode} {answer.ReasonPhrase}";
                if (answer.Headers.RetryAfter is { } after) wait = after.Delta ?? after.Date - time.GetUtcNow() ?? wait;
            }
            // An answer that breaks off is an unknown outcome, as is one that never comes: ask again under the same key.
            catch (Exception lost) when (lost is HttpRequestException or IOException or TaskCanceledException && !cancel.IsCancellationRequested)
            {
                Trouble = lost is TaskCanceledException ? "no answer in time" : lost.Message;
            }

            if (time.GetElapsedTime(began) > PatienceAtAll) throw new HttpRequestException($"{path} was not answered for {Moments.InWords(PatienceAtAll)}: {Trouble}");
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(50), time, cancel);
        }
    }

    private static ByteArrayContent Body(byte[] lines) => new(lines) { Headers = { ContentType = Ndjson } };

    private static bool IsPassing(HttpStatusCode status) =>
        status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;

    private static async Task<T> Read<T>(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (!answer.IsSuccessStatusCode) throw await ApiException.From(answer, cancel);
        return await answer.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancel) ?? throw new JsonException($"{typeof(T).Name} was null.");
    }
}
