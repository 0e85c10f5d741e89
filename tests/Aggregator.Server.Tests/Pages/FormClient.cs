using System.Text.RegularExpressions;

namespace Aggregator.Server.Tests;

/// <summary>A browser without a window: it keeps cookies, follows nothing, and sends forms with the token of the page they are on.</summary>
internal sealed partial class FormClient : IDisposable
{
    private readonly HttpClient _http;

    public FormClient(RunningServer server)
    {
        _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = server.Anybody.BaseAddress };
        _http.DefaultRequestHeaders.Add("Accept", "text/html");
        _http.DefaultRequestHeaders.Add("X-Forwarded-For", Address);
    }

    /// <summary>Where its requests seem to come from.</summary>
    public string Address { get; } = RunningServer.NewAddress();

    public CookieContainer Cookies { get; } = new();

    /// <summary>What it would send with a request to the operator's pages, whatever the request is to.</summary>
    public string CookieHeader => Cookies.GetCookieHeader(new(_http.BaseAddress!, "/operate"));

    public static async Task<FormClient> SignedIn(RunningServer server)
    {
        var client = new FormClient(server);
        using var answer = await client.Send("/operate/sign-in", ("key", RunningServer.OperatorKey));
        Assert.Equal("/operate", answer.Headers.Location?.ToString());
        return client;
    }

    public Task<HttpResponseMessage> Get(string path) => _http.GetAsync(path);

    public async Task<string> Page(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await Get(path);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{path} was answered with {(int)answer.StatusCode}: {page}");
        return page;
    }

    /// <summary>Fills in the form that is at an address and sends it there.</summary>
    public async Task<HttpResponseMessage> Send(string path, params (string Name, string Value)[] fields) => await Post(path, [("token", await Token(path)), .. fields]);

    /// <summary>Sends a form that is on another page.</summary>
    public async Task<HttpResponseMessage> SendFrom(string page, string path, params (string Name, string Value)[] fields) => await Post(path, [("token", await Token(page)), .. fields]);

    /// <summary>Sends what it is given and nothing else.</summary>
    public async Task<HttpResponseMessage> Post(string path, (string Name, string Value)[] fields, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await _http.SendAsync(request);
    }

    public async Task<string> Token(string path) => Hidden().Match(await Page(path)) is { Success: true } found ? found.Groups["token"].Value : throw new InvalidOperationException($"There is no token on {path}.");

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("name=\"token\" value=\"(?<token>[^\"]+)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hidden();
}
