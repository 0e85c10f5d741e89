using System.Text.RegularExpressions;

namespace Aggregator.Server.Tests;

/// <summary>A server with a key for each scope.</summary>
public sealed class ScopedServer : IAsyncLifetime
{
    public RunningServer Server { get; private set; } = null!;

    public static string KeyOf(string scope) => $"a-key-that-may-{scope}";

    public async ValueTask InitializeAsync() => Server = await RunningServer.Start(
        [.. RunningServer.BelievingProxies, "Operator:PublicMetrics=false", .. OperatorScopes.All.SelectMany((scope, i) => new[] { $"Operator:Keys:{i}:Name={scope}", $"Operator:Keys:{i}:Key={KeyOf(scope)}", $"Operator:Keys:{i}:Scopes={scope}" })]);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>Each operator's call asks for a scope, and for no other.</summary>
public sealed partial class OperatorScopesTests(ScopedServer fixture) : IClassFixture<ScopedServer>
{
    /// <summary>All that changes something and is for everybody, or is the way in.</summary>
    private static readonly string[] Open = ["POST /v1/services/x/reports", "POST /services/x/report", "POST /operate/sign-in"];

    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public void Whatever_changes_something_asks_for_a_scope_but_reports_and_signing_in() => Assert.Equal(
        Open.Order(), Doors.Of(_server).Where(door => door.Method is not ("GET" or "HEAD") && door.Endpoint.Metadata.GetMetadata<NeededScope>() is null).Select(door => $"{door.Method} {door.Path}").Distinct().Order());

    [Fact]
    public async Task Each_call_is_refused_without_a_key_and_with_keys_of_other_scopes_and_the_scope_is_named()
    {
        var calls = Scoped(path => !path.StartsWith("/operate", StringComparison.Ordinal));
        Assert.Equal(OperatorScopes.All.Order(), calls.Select(call => call.Scope).Distinct().Order());
        foreach (var (method, path, scope) in calls)
        {
            var missing = await _server.Anybody.Knock(method, path).Problem(401, "no-operator-key");
            Assert.Equal(scope, missing.Text("scope"));

            foreach (var other in OperatorScopes.All)
            {
                var asking = _server.Anybody.Knock(method, path, ("Authorization", $"Bearer {ScopedServer.KeyOf(other)}"));
                if (other == scope)
                {
                    using var answer = await asking;
                    Assert.True(answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden), $"{method} {path} with {scope}: {(int)answer.StatusCode}");
                    continue;
                }

                Assert.Contains($"scope=\"{scope}\"", (await asking).Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
                var refused = await asking.Problem(403, "wrong-scope");
                Assert.Equal(scope, refused.Text("scope"));
                Assert.Contains($"'{scope}'", refused.Text("detail"), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("Bearer a-key-that-nobody-has")]
    [InlineData("Bearer ")]
    [InlineData("Bearer")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task What_is_no_key_of_ours_is_no_key(string authorization)
    {
        var asking = _server.Anybody.Knock("GET", "/v1/subscriptions", ("Authorization", authorization));
        await asking.Problem(401, "no-operator-key");
    }

    [Fact]
    public async Task Whoever_tries_many_keys_has_to_wait_even_with_a_right_one_and_others_need_not()
    {
        var (guesser, other) = (RunningServer.NewAddress(), RunningServer.NewAddress());
        for (var i = 0; i < 10; i++) await Ask(guesser, $"a-guess-{i}").Problem(401, "no-operator-key");

        var refused = Ask(guesser, "another-guess");
        await refused.Problem(429, "too-many-keys");
        Assert.InRange((await refused).Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        await Ask(guesser, RunningServer.OperatorKey).Problem(429, "too-many-keys");
        await Ask(guesser, null).Problem(401, "no-operator-key");
        using var right = await Ask(other, RunningServer.OperatorKey);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);

        // What is for everybody asks for no key, so whatever is sent along is no attempt and is not refused.
        using var open = await _server.Anybody.Knock("GET", "/v1/services", ("X-Forwarded-For", guesser), ("Authorization", "Bearer of-somebody-else"));
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
    }

    [Fact]
    public async Task The_same_wrong_key_counts_once_so_that_a_forgotten_job_locks_nobody_out()
    {
        var address = RunningServer.NewAddress();
        for (var i = 0; i < 30; i++) await Ask(address, "the-key-of-last-year").Problem(401, "no-operator-key");
        for (var i = 0; i < 30; i++)
        {
            using var open = await _server.Anybody.Knock("GET", "/v1/services", ("X-Forwarded-For", address), ("Authorization", $"Bearer {i}"));
            Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        }

        using var right = await Ask(address, RunningServer.OperatorKey);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    [Fact]
    public async Task The_first_key_may_do_everything() => Assert.All(
        await Task.WhenAll(Scoped(path => path.StartsWith("/v1/", StringComparison.Ordinal)).Where(call => call.Method == "GET").Select(call => _server.Operator.GetAsync(call.Path))),
        answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound));

    [Fact]
    public async Task The_document_of_the_API_says_which_scope_each_operation_needs()
    {
        var document = await _server.Get("/openapi/v1.json");
        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("Operator").Text("scheme"));
        foreach (var (method, path, scope) in Scoped(path => path.StartsWith("/v1/", StringComparison.Ordinal)))
        {
            var described = document.GetProperty("paths").EnumerateObject()
                .Single(one => Fits(one.Name.TrimEnd('/'), path.TrimEnd('/'))).Value.GetProperty(method.ToLowerInvariant());
            Assert.Contains($"`{scope}`", described.Text("description"), StringComparison.Ordinal);
            Assert.Equal(scope, described.List("security").Single().GetProperty("Operator")[0].GetString());
            Assert.Superset(new HashSet<string> { "401", "403" }, described.GetProperty("responses").Names().ToHashSet());
        }
    }

    [Fact]
    public async Task The_pages_are_for_who_may_read_and_their_forms_for_who_may_operate()
    {
        using (var collector = new FormClient(_server))
        using (var refused = await collector.Send("/operate/sign-in", ("key", ScopedServer.KeyOf(OperatorScopes.Collect))))
        {
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("read-private", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var reader = new FormClient(_server);
        using (var signedIn = await reader.Send("/operate/sign-in", ("key", ScopedServer.KeyOf(OperatorScopes.ReadPrivate)))) Assert.Equal("/operate", signedIn.Headers.Location?.ToString());
        foreach (var (method, path, endpoint) in Doors.Of(_server).Where(door => door.Path.StartsWith("/operate", StringComparison.Ordinal) && !door.Path.StartsWith("/operate/sign-", StringComparison.Ordinal)))
        {
            using var answer = method == "GET" ? await reader.Get(path) : await reader.Post(path, []);
            var changes = endpoint.Metadata.GetMetadata<NeededScope>()!.Scope == OperatorScopes.Operate;
            Assert.True(changes == answer.StatusCode is HttpStatusCode.Forbidden, $"{method} {path}: {(int)answer.StatusCode}");
            Assert.True(method == "GET" || changes, $"{method} {path} changes something for who may only read.");
            if (changes) Assert.Contains("operate", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_may_only_read_is_shown_nothing_that_would_be_refused()
    {
        var service = await _server.NewService();
        using (var subscribed = await _server.Operator.PostAsJsonAsync("/v1/subscriptions", new { url = "https://hooks.example/outages", format = "standard" })) Assert.Equal(HttpStatusCode.Created, subscribed.StatusCode);
        using (var reported = await _server.Report(service, new { symptom = "app", region = "US", comment = "It does not work for me." })) Assert.Equal(HttpStatusCode.Accepted, reported.StatusCode);

        using var reader = new FormClient(_server);
        using (await reader.Send("/operate/sign-in", ("key", ScopedServer.KeyOf(OperatorScopes.ReadPrivate))))
        {
            var pages = new Queue<string>(["/operate"]);
            var seen = new HashSet<string>(pages);
            while (pages.TryDequeue(out var path))
            {
                var page = await reader.Page(path);
                Assert.Contains("Your key may read what is here and change nothing.", page, StringComparison.Ordinal);
                Assert.Equal(["/operate/sign-out"], Sent().Matches(page).Select(form => form.Groups["to"].Value));
                foreach (var next in Linked().Matches(page).Select(link => link.Groups["to"].Value).Where(seen.Add)) pages.Enqueue(next);
            }

            Assert.Contains($"/operate/comments/{service}", seen);
            Assert.Contains(seen, path => path.StartsWith("/operate/subscriptions/", StringComparison.Ordinal));
        }

        using var operating = await FormClient.SignedIn(_server);
        var comments = await operating.Page($"/operate/comments/{service}");
        Assert.Contains("Take away", comments, StringComparison.Ordinal);
        Assert.DoesNotContain("change nothing", comments, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> Ask(string address, string? key) =>
        _server.Anybody.Knock("GET", "/v1/subscriptions", [("X-Forwarded-For", address), .. key is null ? Array.Empty<(string, string)>() : [("Authorization", $"Bearer {key}")]]);

    private (string Method, string Path, string Scope)[] Scoped(Func<string, bool> isWanted) =>
    [
        .. from door in Doors.Of(_server)
           let needed = door.Endpoint.Metadata.GetMetadata<NeededScope>()
           where needed is not null && isWanted(door.Path)
           select (door.Method, door.Path, needed.Scope),
    ];

    private static bool Fits(string template, string path) =>
        template.Split('/') is var wanted && path.Split('/') is var said && wanted.Length == said.Length && wanted.Zip(said).All(pair => pair.First == pair.Second || (pair.First.StartsWith('{') && pair.Second is "x" or "US" or "nothing"));

    [GeneratedRegex("href=\"(?<to>/operate[^\"]*)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Linked();

    [GeneratedRegex("<form method=\"post\" action=\"(?<to>[^\"]*)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sent();
}
