using Aggregator.Domain;

namespace Aggregator.Server.Tests;

public class ServiceSearchTests
{
    private static readonly ServiceSummary[] Services =
    [
        Service("aws", "Amazon Web Services"), Service("microsoft-teams", "Microsoft Teams"), Service("x", "X"), Service("xbox", "Xbox"),
        Service("netflix", "Netflix"), Service("teaspoon", "Spoon (Tea)", Level.Spike), Service("github", "GitHub", Level.Elevated), Service("hidden", "Hidden", Level.Unknown),
    ];

    [Theory]
    [InlineData("net", "netflix")]
    [InlineData("TEAM", "microsoft-teams")]
    [InlineData("web", "aws")]
    [InlineData("aws", "aws")]
    [InlineData("mt", "microsoft-teams")]
    [InlineData(" Xbox ", "xbox")]
    [InlineData("x", "x")]
    public void The_nearest_comes_first(string query, string service) => Assert.Equal(service, ServiceSearch.Find(Services, query)[0].Service);

    [Fact]
    public void What_is_in_trouble_comes_before_what_is_nearer_but_not_before_the_very_name()
    {
        Assert.Equal(["teaspoon", "microsoft-teams"], Keys("tea"));
        Assert.Equal(["hidden", "github"], Keys("h"));
        Assert.Equal("x", Keys("x")[0]);
    }

    [Fact]
    public void One_is_meant_where_it_is_the_only_one_or_named_in_full()
    {
        Assert.Equal("netflix", ServiceSearch.Meant(ServiceSearch.Find(Services, "flix"), "flix")?.Service);
        Assert.Equal("x", ServiceSearch.Meant(ServiceSearch.Find(Services, "X"), "X")?.Service);
        Assert.Null(ServiceSearch.Meant(ServiceSearch.Find(Services, "m"), "m"));
        Assert.Null(ServiceSearch.Meant(ServiceSearch.Find(Services, "nothing"), "nothing"));
    }

    private static string[] Keys(string query) => [.. ServiceSearch.Find(Services, query).Select(service => service.Service)];

    private static ServiceSummary Service(string key, string name, Level level = Level.Normal) => new(key, name, level, 0, 0, 0, null, []);
}
