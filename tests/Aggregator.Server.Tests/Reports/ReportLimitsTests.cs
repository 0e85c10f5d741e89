using System.Diagnostics.Metrics;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Aggregator.Server.Tests;

public sealed class ReportLimitsTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void One_address_does_not_use_up_its_network()
    {
        var limits = Limits(perReporter: 3, perNetwork: 5);
        for (var i = 0; i < 100; i++) Assert.Equal(i < 3 ? 0 : 429, Ask(limits, "192.0.2.1"));
        Assert.Equal([0, 0, 429, 429], Enumerable.Range(2, 4).Select(i => Ask(limits, $"192.0.2.{i}")));
        Assert.Equal(0, Ask(limits, "192.0.3.1"));

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, Ask(limits, "192.0.2.1"));
    }

    [Fact]
    public void A_network_may_be_limited_alone()
    {
        var limits = Limits(perReporter: 0, perNetwork: 5);
        for (var i = 0; i < 10; i++) Assert.Equal(i < 5 ? 0 : 429, Ask(limits, $"2001:db8:1:{i}::1"));
    }

    [Fact]
    public void Without_limits_nobody_is_refused()
    {
        var limits = Limits(perReporter: 0, perNetwork: 0);
        for (var i = 0; i < 1000; i++) Assert.Equal(0, Ask(limits, "192.0.2.1"));
    }

    private ReportLimits Limits(int perReporter, int perNetwork)
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        return new(Options.Create(new ReportOptions { RatePerReporter = perReporter, RatePerNetwork = perNetwork }), new(meters), _clock);
    }

    private static int Ask(ReportLimits limits, string address) =>
        limits.Refuse(new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(address) } })?.StatusCode ?? 0;
}
