using System.Net.Http.Headers;

namespace Aggregator.Server.Tests;

/// <summary>What is refused needs no server of its own: nothing is subscribed.</summary>
[Collection(OneServer.Name)]
public sealed class SubscriptionRefusalTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Theory]
    [InlineData("""{"url":"ftp://example.com/"}""", "url")]
    [InlineData("""{"url":"https://user:word@example.com/"}""", "url")]
    [InlineData("""{}""", "url")]
    [InlineData("""{"url":"https://example.com/","services":["UPPER"]}""", "services")]
    [InlineData("""{"url":"https://example.com/","regions":["lower"]}""", "regions")]
    [InlineData("""{"url":"https://example.com/","services":["no-such-service"]}""", "services")]
    [InlineData("""{"url":"https://example.com/","regions":["QQ"]}""", "regions")]
    [InlineData("""{"url":"https://example.com/","regions":[null]}""", "regions")]
    [InlineData("""{"url":"https://example.com/","events":["closed"]}""", "events")]
    [InlineData("""{"url":"https://example.com/","format":"carrier-pigeon"}""", "format")]
    [InlineData("""{"url":"https://example.com/","minLevel":"bad"}""", "minLevel")]
    [InlineData("""{"url":"https://example.com/","format":"pagerduty"}""", "routingKey")]
    [InlineData("""{"url":"https://example.com/","routingKey":"k"}""", "routingKey")]
    public async Task What_is_wrong_is_told_by_its_field(string body, string field)
    {
        using var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        await _server.Operator.PostAsync("/v1/subscriptions", content).Problem(400, "invalid", field);
    }

    [Fact]
    public Task Plain_http_is_refused_unless_private_networks_are_allowed() =>
        _server.Operator.PostAsJsonAsync("/v1/subscriptions", new { url = "http://example.com/" }).Problem(400, "invalid", "url");

    [Fact]
    public async Task Only_the_operator_may()
    {
        foreach (var path in new[] { "", "/sub-1", "/sub-1/deliveries" })
        {
            using var answer = await _server.Anybody.GetAsync("/v1/subscriptions" + path);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        using var posted = await _server.Anybody.PostAsJsonAsync("/v1/subscriptions/preview", new { });
        Assert.Equal(HttpStatusCode.Unauthorized, posted.StatusCode);
    }
}
