using Aggregator.Grains;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Aggregator.Server.Tests;

public sealed class WebhookSenderTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public void A_signature_is_that_of_the_standard() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", WebhookSender.Sign(Secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""));

    [Fact]
    public void A_new_secret_has_thirty_two_bytes_and_is_another_each_time()
    {
        var (one, other) = (WebhookSender.NewSecret(), WebhookSender.NewSecret());
        Assert.Equal(32, Convert.FromBase64String(one["whsec_".Length..]).Length);
        Assert.NotEqual(one, other);
    }

    [Theory]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:127.0.0.1]/")]
    [InlineData("https://10.1.2.3/")]
    [InlineData("https://172.16.0.1/")]
    [InlineData("https://192.168.1.1/")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://[fd00::1]/")]
    [InlineData("https://[64:ff9b::7f00:1]/")]
    [InlineData("https://localhost/")]
    [InlineData("http://203.0.113.9/")]
    public async Task What_lies_inside_the_network_is_not_asked(string url)
    {
        using var sender = new WebhookSender(Options.Create(new WebhookOptions()), TimeProvider.System);
        var result = await sender.Send(url, "msg_1", "{}", [Secret]);
        Assert.Null(result.Status);
        Assert.Contains("not allowed", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://0.0.0.0:7109/")]
    [InlineData("https://[::]:7109/")]
    [InlineData("https://no-such-host.invalid/")]
    public async Task Whatever_goes_wrong_is_an_attempt_that_failed(string url)
    {
        using var sender = new WebhookSender(Options.Create(new WebhookOptions()), TimeProvider.System);
        var result = await sender.Send(url, "msg_1", "{}", [Secret]);
        Assert.Null(result.Status);
        Assert.NotEqual("", result.Error);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_whole()
    {
        await using var receiver = await Receiver.Start();
        (receiver.Answers, receiver.Body) = (200, async http =>
        {
            while (true) await http.Response.WriteAsync(new string('.', 1000), http.RequestAborted);
        });
        using var sender = new WebhookSender(Options.Create(new WebhookOptions { AllowPrivateNetworks = true }), TimeProvider.System);
        Assert.Equal(200, (await sender.Send(receiver.Url(), "msg_1", "{}", [Secret]).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task An_answer_that_drips_is_not_waited_for()
    {
        await using var receiver = await Receiver.Start();
        var begun = new TaskCompletionSource();
        (receiver.Answers, receiver.Body) = (200, async http =>
        {
            await http.Response.WriteAsync(".", http.RequestAborted);
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        var clock = new FakeTimeProvider();
        using var sender = new WebhookSender(Options.Create(new WebhookOptions { AllowPrivateNetworks = true }), clock);
        var sent = sender.Send(receiver.Url(), "msg_1", "{}", [Secret]);
        await begun.Task;
        clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal((null, "no answer within 15 s"), (await sent.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken)) is var result ? (result.Status, result.Error) : default);
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_is_not_followed()
    {
        await using var receiver = await Receiver.Start();
        (receiver.Answers, receiver.Header) = (307, ("Location", receiver.Url("elsewhere")));
        using var sender = new WebhookSender(Options.Create(new WebhookOptions { AllowPrivateNetworks = true }), TimeProvider.System);

        var result = await sender.Send(receiver.Url(), "msg_1", "{}", [Secret]);

        Assert.False(result.IsSuccess);
        Assert.Equal(307, result.Status);
        Assert.Equal(["/hook"], receiver.All.Select(one => one.Path));
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_sign()
    {
        await using var receiver = await Receiver.Start();
        using var sender = new WebhookSender(Options.Create(new WebhookOptions { AllowPrivateNetworks = true }), TimeProvider.System);
        var other = WebhookSender.NewSecret();

        await sender.Send(receiver.Url(), "msg_1", "{}", [other, Secret]);

        var received = Assert.Single(receiver.All);
        Assert.Equal([WebhookSender.Sign(other, "msg_1", received.Timestamp, "{}"), WebhookSender.Sign(Secret, "msg_1", received.Timestamp, "{}")], received.Signatures);
    }
}
