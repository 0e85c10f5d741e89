using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class CommentsTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task Comments_are_listed_newest_first_with_what_they_are_about()
    {
        var service = await _server.NewService();
        var begun = RunningServer.Now;
        foreach (var comment in new[] { "first", "second", "third" }) await Comment(service, comment);

        var answer = await Comments(service);
        Assert.Equal(service, answer.Text("service"));
        Assert.Equal(["third", "second", "first"], Texts(answer));
        Assert.All(answer.List("comments"), comment =>
        {
            Assert.Equal(["at", "region", "symptom", "text"], comment.Names());
            Assert.Equal(("US", "login"), (comment.Text("region"), comment.Text("symptom")));
            Assert.InRange(comment.GetProperty("at").GetDateTimeOffset(), begun.AddSeconds(-1), RunningServer.Now);
        });
    }

    [Fact]
    public async Task Only_the_comment_of_a_counted_report_is_kept()
    {
        var service = await _server.NewService();
        var reporter = RunningServer.NewAddress();
        await Comment(service, "counted", reporter);
        await Comment(service, "said again", reporter, "duplicate");
        using (var refused = await _server.Report(service, new { region = "QX", comment = "refused" })) Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(["counted"], Texts(await Comments(service)));
    }

    [Fact]
    public async Task The_comments_of_a_network_that_has_had_its_share_are_not_kept()
    {
        var service = await _server.NewService();
        var network = RunningServer.NewAddress()[..^2];
        for (var reporter = 1; reporter <= 25; reporter++) await Comment(service, $"from {reporter}", $"{network}.{reporter}", reporter <= 20 ? "counted" : "quarantined");
        Assert.Equal(Enumerable.Range(1, 20).Reverse().Select(reporter => $"from {reporter}"), Texts(await Comments(service)));
    }

    [Fact]
    public async Task The_newest_two_hundred_are_kept()
    {
        var service = await _server.NewService();
        for (var number = 0; number < 203; number++) await Comment(service, $"number {number}");
        Assert.Equal(Enumerable.Range(3, 200).Reverse().Select(number => $"number {number}"), Texts(await Comments(service)));
    }

    [Theory]
    [InlineData("a\u0000b\u001bc\u007fd\u0085e", "a b c d e")]
    [InlineData("two\r\nlines\tand a tab", "two  lines and a tab")]
    [InlineData("  around  ", "around")]
    [InlineData("<script>alert('&')</script>", "<script>alert('&')</script>")]
    [InlineData("\ud83d\ude31 caf\u00e9", "\ud83d\ude31 caf\u00e9")]
    public async Task A_comment_is_plain_text_without_control_characters(string written, string kept)
    {
        var service = await _server.NewService();
        await Comment(service, written);
        Assert.Equal([kept], Texts(await Comments(service)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\u0000\r\n\t")]
    public async Task A_comment_without_anything_readable_is_none(string written)
    {
        var service = await _server.NewService();
        await Comment(service, written);
        Assert.Empty(Texts(await Comments(service)));
    }

    [Fact]
    public async Task Markup_lies_in_the_store_escaped_and_expires_within_48_hours()
    {
        var service = await _server.NewService();
        await Comment(service, "<script>'&\"</script>");
        var store = _server.Get<StoreConnection>();
        var key = new StoreKeys(store.Prefix).Comments(ServiceKey.Parse(service));
        var kept = (string)(await store.Shared.ListGetByIndexAsync(key, 0))!;
        Assert.Contains(@"\u003Cscript\u003E", kept, StringComparison.Ordinal);
        Assert.DoesNotContain(kept, letter => letter is '<' or '>' or '&' or '\'');
        Assert.InRange((await store.Shared.KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromHours(47), TimeSpan.FromHours(48));

        using var answer = await _server.Operator.GetAsync($"/v1/services/{service}/comments");
        Assert.Equal(("application/json", "nosniff"), (answer.Content.Headers.ContentType?.MediaType, answer.Headers.GetValues("X-Content-Type-Options").Single()));
    }

    [Fact]
    public async Task A_service_that_shows_its_comments_shows_them_to_everybody()
    {
        var service = await _server.NewService();
        await Comment(service, "for all to read");
        await _server.Operator.PutAsJsonAsync($"/v1/services/{service}", new { name = "Shown", category = "test", symptoms = new[] { "login" }, showsComments = true }).Json(HttpStatusCode.OK);
        Assert.Equal(["for all to read"], Texts(await _server.Get($"/v1/services/{service}/comments")));
    }

    [Fact]
    public async Task They_are_for_operators_only_where_the_service_does_not_show_them()
    {
        var service = await _server.NewService();
        await _server.Anybody.GetAsync($"/v1/services/{service}/comments").Problem(401, "no-operator-key");
    }

    [Theory]
    [InlineData("no-such-service")]
    [InlineData("NO KEY")]
    public Task A_service_outside_the_catalog_is_unknown(string service) => _server.Operator.GetAsync($"/v1/services/{service}/comments").Problem(404, "unknown-service");

    private async Task Comment(string service, string comment, string? from = null, string outcome = "counted")
    {
        var answer = await _server.Report(service, new { region = "US", symptom = "login", comment }, from).Json(HttpStatusCode.Accepted);
        Assert.Equal(outcome, answer.Text("outcome"));
    }

    private Task<JsonElement> Comments(string service) => _server.Operator.GetAsync($"/v1/services/{service}/comments").Json(HttpStatusCode.OK);

    private static IEnumerable<string?> Texts(JsonElement answer) => answer.List("comments").Select(comment => comment.Text("text"));
}
