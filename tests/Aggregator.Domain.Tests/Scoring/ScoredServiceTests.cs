using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class ScoredServiceTests
{
    [Theory]
    [InlineData("x.US,x.GB,x.nat", "2<0,1")]
    [InlineData("x|ALL,x|US,y|US,y|ALL", "0<1;3<2")]
    [InlineData("a.b.US,a.b.Total,a.c.US", "1<0;2")]
    [InlineData("US,GB,national", "0;1;2")]
    [InlineData("x.US,x.GB", "0;1")]
    [InlineData("x.ALL,x.nat,x.US", "0;1;2")]
    [InlineData(".US,.ALL", "0;1")]
    public void Columns_are_regions_of_a_service_where_one_of_them_is_their_sum(string names, string expected)
    {
        var services = ScoredService.Of(names.Split(','))
            .Select(service => (service.Whole is { } whole ? $"{whole}<" : "") + string.Join(',', service.Columns));
        Assert.Equal(expected, string.Join(';', services.Order(StringComparer.Ordinal)));
    }
}
