namespace Aggregator.Server.Tests;

/// <summary>Who may see the operator's pages, and whose forms are taken.</summary>
[Collection(OneServer.Name)]
public sealed class OperateSessionTests(AggregatorFixture fixture)
{
    private const string SignIn = "/operate/sign-in";
    private readonly RunningServer _server = fixture.Server;

    public static TheoryData<string> Pages => ["/operate", "/operate/services", "/operate/services/add", "/operate/subscriptions", "/operate/subscriptions/add", "/operate/incidents"];

    [Fact]
    public async Task Whoever_has_the_key_signs_in_and_out_again()
    {
        using var client = await FormClient.SignedIn(_server);
        Assert.Contains("Intake of this server", await client.Page("/operate"), StringComparison.Ordinal);

        using (var answer = await client.SendFrom("/operate", "/operate/sign-out")) Assert.Equal(SignIn, answer.Headers.Location?.ToString());
        using var after = await client.Get("/operate");
        Assert.Equal(HttpStatusCode.Redirect, after.StatusCode);
    }

    [Fact]
    public async Task A_wrong_key_opens_nothing_and_is_not_repeated()
    {
        using var client = new FormClient(_server);
        using var answer = await client.Send(SignIn, ("key", "not-the-key-of-the-tests"));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("That is not the operator key.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-key", page, StringComparison.Ordinal);
        using var after = await client.Get("/operate");
        Assert.Equal(HttpStatusCode.Redirect, after.StatusCode);
    }

    [Fact]
    public async Task Whoever_tries_many_keys_has_to_wait_and_others_need_not()
    {
        using var client = new FormClient(_server);
        for (var i = 0; i < 10; i++)
        {
            using var wrong = await client.Send(SignIn, ("key", $"{i}"));
            Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        }

        using var refused = await client.Send(SignIn, ("key", RunningServer.OperatorKey));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        using var other = await FormClient.SignedIn(_server);
    }

    [Fact]
    public async Task Keys_tried_at_the_page_count_at_the_API_too()
    {
        using var client = new FormClient(_server);
        for (var i = 0; i < 10; i++)
        {
            using var wrong = await client.Send(SignIn, ("key", $"{i}"));
            Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        }

        var asking = _server.Anybody.Knock("GET", "/v1/subscriptions", ("X-Forwarded-For", client.Address), ("Authorization", $"Bearer {RunningServer.OperatorKey}"));
        await asking.Problem(429, "too-many-keys");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Without_a_cookie_every_page_leads_to_the_sign_in_page_and_back(string path)
    {
        using var client = new FormClient(_server);
        using var answer = await client.Get(path + "?q=a");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var signIn = answer.Headers.Location!.ToString();
        Assert.StartsWith(SignIn + "?to=", signIn, StringComparison.Ordinal);

        using var signedIn = await client.Send(signIn, ("key", RunningServer.OperatorKey));
        Assert.Equal(path + "?q=a", signedIn.Headers.Location?.ToString());
        await client.Page(path);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/operate/\\evil")]
    [InlineData("/operate/\r\nX: y")]
    [InlineData("/operateur")]
    [InlineData("/services/x")]
    public async Task A_link_to_the_sign_in_page_leads_nowhere_else(string to)
    {
        using var client = new FormClient(_server);
        using var answer = await client.Send($"{SignIn}?to={Uri.EscapeDataString(to)}", ("key", RunningServer.OperatorKey));
        Assert.Equal("/operate", answer.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task The_cookie_is_for_these_pages_alone_and_out_of_reach_of_scripts_and_other_sites(string scheme)
    {
        using var client = new FormClient(_server);
        using var answer = await client.Post(SignIn, [("token", await client.Token(SignIn)), ("key", RunningServer.OperatorKey)], ("X-Forwarded-Proto", scheme));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(set => set.StartsWith("aggregator-operator=", StringComparison.Ordinal)).Split("; ");
        Assert.Equal(scheme == "https" ? ["path=/operate", "secure", "samesite=strict", "httponly"] : ["path=/operate", "samesite=strict", "httponly"], cookie[1..]);
    }

    [Fact]
    public async Task A_cookie_is_no_key_of_the_API_and_the_key_is_no_cookie()
    {
        using var client = await FormClient.SignedIn(_server);
        foreach (var (method, path) in new[] { ("GET", "/v1/subscriptions"), ("POST", "/v1/subscriptions"), ("PUT", "/v1/services/x"), ("DELETE", "/v1/services/x") })
        {
            using var request = new HttpRequestMessage(new(method), path) { Headers = { { "Cookie", client.CookieHeader } }, Content = method == "GET" ? null : JsonContent.Create(new { }) };
            using var answer = await _server.Anybody.SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        using var page = await _server.Operator.GetAsync("/operate");
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
    }

    [Fact]
    public async Task A_form_without_the_token_of_its_page_is_refused()
    {
        var service = await _server.NewService();
        using var client = await FormClient.SignedIn(_server);
        using var another = await FormClient.SignedIn(_server);
        var path = $"/operate/services/{service}/delete";
        foreach (var fields in new (string, string)[][] { [], [("token", "made-up")], [("token", await another.Token(path))] })
        {
            using var forged = await client.Post(path, fields);
            Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
            Assert.Contains("was not sent from its own page", await forged.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await _server.Get($"/v1/services/{service}");
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task A_form_of_another_site_is_refused_even_with_a_token(string site)
    {
        var service = await _server.NewService();
        using var client = await FormClient.SignedIn(_server);
        var path = $"/operate/services/{service}/delete";
        using var answer = await client.Post(path, [("token", await client.Token(path))], ("Sec-Fetch-Site", site));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        await _server.Get($"/v1/services/{service}");
    }

    [Theory]
    [InlineData("/operate/sign-out")]
    [InlineData("/operate/services/x/delete")]
    [InlineData("/operate/subscriptions/add")]
    public async Task Without_a_cookie_a_form_does_nothing(string path)
    {
        using var client = new FormClient(_server);
        using var answer = await client.Post(path, [("token", await client.Token(SignIn))]);
        Assert.Equal(SignIn, answer.Headers.Location?.ToString());
        await _server.Get("/v1/services/x");
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-7", "key=a")]
    public async Task What_is_no_form_is_refused(string type, string body)
    {
        using var content = new StringContent(body);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await _server.Anybody.PostAsync(SignIn, content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task The_pages_are_kept_nowhere_framed_by_nobody_and_read_by_no_other_site()
    {
        using var client = await FormClient.SignedIn(_server);
        foreach (var path in new[] { "/operate", SignIn, "/operate/no/such/page" })
        {
            using var answer = await client.Get(path);
            Assert.True(answer.Headers.CacheControl?.NoStore);
            Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, SignIn) { Headers = { { "Origin", "https://evil.example" } } };
        using var asked = await _server.Anybody.SendAsync(request);
        Assert.False(asked.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_session_outlives_a_restart_but_not_its_key()
    {
        var directory = Directory.CreateTempSubdirectory("aggregator-");
        string cookies;
        await using (var first = await Start(RunningServer.OperatorKey))
        {
            using var client = await FormClient.SignedIn(first);
            cookies = client.CookieHeader;
        }

        await using (var again = await Start(RunningServer.OperatorKey)) Assert.Equal(HttpStatusCode.OK, await Ask(again));
        await using (var changed = await Start("another-key")) Assert.Equal(HttpStatusCode.Redirect, await Ask(changed));
        directory.Delete(recursive: true);

        Task<RunningServer> Start(string key) => RunningServer.Start($"Store:DataDirectory={directory.FullName}", $"Operator:Key={key}");

        async Task<HttpStatusCode> Ask(RunningServer server)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/operate") { Headers = { { "Cookie", cookies } } };
            using var answer = await server.Anybody.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Fact, StartsProcess]
    public async Task Servers_of_a_cluster_agree_and_say_so_when_their_store_is_away()
    {
        await using var redis = await RedisProcess.Start();
        await using var one = await Start();
        await using var another = await Start();
        using var client = await FormClient.SignedIn(one);
        using (var asked = await Ask("/operate")) Assert.Equal(HttpStatusCode.OK, asked.StatusCode);

        await redis.Kill();
        using var figures = await Ask("/operate");
        Assert.Contains("Does not answer", await figures.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var list = await Ask("/operate/subscriptions");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, list.StatusCode);
        Assert.Equal("text/html", list.Content.Headers.ContentType?.MediaType);
        await redis.Restart();

        Task<RunningServer> Start() => RunningServer.Start("Store:Mode=Redis", $"Store:Connection={redis.Connection}");

        async Task<HttpResponseMessage> Ask(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Cookie", client.CookieHeader } } };
            return await another.Anybody.SendAsync(request);
        }
    }
}
