namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class BulkIdempotencyTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task The_same_body_under_one_key_is_counted_once_and_answered_the_same()
    {
        var (service, key) = (await _server.NewService(), NewKey());
        var lines = Enumerable.Range(0, 5000).Select(i => $$"""{"service":"{{service}}","region":"US","reporter":"r{{i % 4000}}","network":"n{{i % 150}}"}""");
        var body = string.Join('\n', lines.Append("no json"));

        var first = await _server.PostLines("/v1/reports", body, key).Json(HttpStatusCode.OK);
        var second = await _server.PostLines("/v1/reports", body, key).Json(HttpStatusCode.OK);
        Assert.Equal(5000, first.Number("accepted") + first.Number("duplicate") + first.Number("quarantined"));
        Assert.True(first.Number("duplicate") > 0 && first.Number("quarantined") > 0);
        Assert.Equal(first.ToString(), second.ToString());
        await _server.Holds(service, first.Number("accepted"));
    }

    [Fact]
    public async Task The_same_body_twice_at_once_is_counted_once()
    {
        var (service, key) = (await _server.NewService(), NewKey());
        var body = string.Concat(Enumerable.Repeat($$"""{"service":"{{service}}","region":"US"}""" + "\n", 3000));
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _server.PostLines("/v1/reports", body, key).Json(HttpStatusCode.OK)));
        Assert.All(answers, answer => Assert.Equal(3000, answer.Number("accepted")));
        await _server.Holds(service, 3000);
    }

    [Fact]
    public async Task Another_key_or_none_counts_the_same_body_again()
    {
        var service = await _server.NewService();
        var body = $$"""{"service":"{{service}}","region":"US"}""";
        foreach (var key in new[] { NewKey(), NewKey(), null, null }) await _server.PostLines("/v1/reports", body, key).Json(HttpStatusCode.OK);
        await _server.Holds(service, 4);
    }

    public static TheoryData<string> OtherBodies => new(
        """{"service":"$1","region":"GB"}""",
        """{"service":"$2","region":"US"}""",
        """{"service":"$1","region":"US"}""" + "\n" + """{"service":"$2","region":"US"}""",
        """{"service":"$1","region":"US"}""" + "\n" + """{"service":"$1","region":"US"}""",
        """{"service":"$1","region":"US"}""" + "\nno json",
        "no json");

    [Theory]
    [MemberData(nameof(OtherBodies))]
    public async Task Another_body_under_the_same_key_is_refused_and_not_counted(string other)
    {
        var (one, two, key) = (await _server.NewService(), await _server.NewService(), NewKey());
        await _server.PostLines("/v1/reports", $$"""{"service":"{{one}}","region":"US"}""", key).Json(HttpStatusCode.OK);

        other = other.Replace("$1", one, StringComparison.Ordinal).Replace("$2", two, StringComparison.Ordinal);
        await _server.PostLines("/v1/reports", other, key).Problem(422, "idempotency-key-reused");
        await _server.Holds(one, 1);
        await _server.Holds(two, 0);
    }

    [Fact]
    public async Task A_key_has_at_most_200_characters() =>
        await _server.PostLines("/v1/reports", "", new string('k', 201)).Problem(400, "invalid", "Idempotency-Key");

    private static string NewKey() => Guid.NewGuid().ToString();
}
