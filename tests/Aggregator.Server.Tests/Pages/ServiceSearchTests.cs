using Aggregator.Domain;

namespace Aggregator.Server.Tests;

public class ServiceSearchTests
{
    private static readonly CatalogService[] Services =
    [
        Service("aws", "Amazon Web Services", "EC2"), Service("microsoft-teams", "Microsoft Teams"), Service("microsoft-365", "Microsoft 365", "Office 365", "Outlook"), Service("x", "X", "Twitter"), Service("xbox", "Xbox"),
        Service("netflix", "Netflix"), Service("disney-plus", "Disney+"), Service("t-mobile", "T-Mobile"), Service("twitch", "Twitch"), Service("teaspoon", "Spoon (Tea)"), Service("github", "GitHub"), Service("hidden", "Hidden"),
    ];

    [Theory]
    [InlineData("net", "netflix")]
    [InlineData("TEAM", "microsoft-teams")]
    [InlineData("web", "aws")]
    [InlineData("aws", "aws")]
    [InlineData("mt", "microsoft-teams")]
    [InlineData(" Xbox ", "xbox")]
    [InlineData("x", "x")]
    [InlineData("web serv", "aws")]
    [InlineData("disney plus", "disney-plus")]
    [InlineData("disney+", "disney-plus")]
    [InlineData("tmobile", "t-mobile")]
    public void The_nearest_comes_first(string query, string service) => Assert.Equal(service, Keys(query)[0]);

    [Theory]
    [InlineData("twitter", "x")]
    [InlineData("twitt", "x")]
    [InlineData("ec2", "aws")]
    [InlineData("office365", "microsoft-365")]
    [InlineData("outlook", "microsoft-365")]
    [InlineData("365", "microsoft-365")]
    public void A_service_is_found_by_what_else_people_call_it(string query, string service) => Assert.Equal([service], Keys(query));

    [Theory]
    [InlineData("netflx", "netflix")]
    [InlineData("nteflix", "netflix")]
    [InlineData("netfl1", "netflix")]
    [InlineData("twiter", "x")]
    [InlineData("mcirosoft teans", "microsoft-teams")]
    public void A_slip_is_forgiven_where_nothing_else_is_found(string query, string service) => Assert.Equal([service], Keys(query));

    [Theory]
    [InlineData("nfx")]
    [InlineData("nothing")]
    [InlineData("+")]
    [InlineData("netflixnetflixnetflixnetflixnetflix")]
    public void What_is_far_from_every_name_finds_nothing(string query) => Assert.Empty(Keys(query));

    [Fact]
    public void What_is_in_trouble_comes_before_what_is_nearer_but_not_before_the_very_name()
    {
        Assert.Equal(["teaspoon", "microsoft-teams"], Keys("tea"));
        Assert.Equal(["hidden", "github", "twitch"], Keys("h"));
        Assert.Equal("x", Keys("x")[0]);
        Assert.Equal(["twitch", "x"], Keys("twit"));
    }

    [Fact]
    public void One_is_meant_where_it_is_the_only_one_or_named_in_full()
    {
        Assert.Equal("netflix", Meant("flix"));
        Assert.Equal("x", Meant("X"));
        Assert.Equal("x", Meant("TWITTER"));
        Assert.Null(Meant("m"));
        Assert.Null(Meant("nothing"));
        Assert.Null(ServiceSearch.Meant(ServiceSearch.Find([Service("a", "One", "Both"), Service("b", "Two", "Both")], "both", _ => Level.Normal))?.Service);
    }

    private static string[] Keys(string query) => [.. Find(query).Select(found => found.Service)];

    private static string? Meant(string query) => ServiceSearch.Meant(Find(query))?.Service;

    private static IReadOnlyList<FoundService> Find(string query) => ServiceSearch.Find(Services, query, key => key switch
    {
        "teaspoon" => Level.Spike,
        "github" => Level.Elevated,
        "hidden" => Level.Unknown,
        _ => Level.Normal,
    });

    private static CatalogService Service(string key, string name, params string[] aliases) => new(key, name, "tests", null, ["app"], Aliases: aliases);
}
