using System.Net.Sockets;

namespace Aggregator.Server.Tests;

public sealed class StartTests
{
    [Fact]
    public async Task A_server_with_bad_settings_does_not_start_and_says_everything_that_is_wrong()
    {
        var directory = Directory.CreateTempSubdirectory("aggregator-");
        var fault = await Assert.ThrowsAsync<InvalidSettingsException>(() => RunningServer.Builder(
            $"Store:DataDirectory={directory.FullName}", "Store:Mode=Redis", "Cluster:Id=Not an id", "Cluster:SiloPort=70000", "Reports:NetworkShare=-1", "Reports:RatePerReporter=-1", "Reports:RatePerNetwork=-1",
            "Reports:DedupWindow=00:00:01", "Cluster:Address=nowhere", "ForwardedHeaders:KnownNetworks:0=everybody", "Webhooks:PublicUrl=status.example",
            "Operator:Key=the-secret-key", "Operator:KeyFile=/no/such/file", "Operator:PublicMetrics=perhaps", "Operator:Keys:0:Name=Not a name", "Operator:Keys:0:Scopes=everything", "Operator:Keys:1:Name=operator",
            "Operator:Keys:1:Key=the-secret-key", "Operator:Keys:1:Scopes:0=collect", "Reports:DedupWindo=00:30:00", "Operator:Keys:0:Scope=collect").AddAggregator());

        Assert.All(
            new[] { "Store:Connection", "Cluster:Id", "Cluster:SiloPort", "Reports:NetworkShare", "Reports:RatePerReporter", "Reports:RatePerNetwork", "Reports:DedupWindow:", "ForwardedHeaders:KnownNetworks",
                "Cluster:Address", "Webhooks:PublicUrl", "Operator:KeyFile", "Operator:PublicMetrics", "Operator:Keys:0:Name", "Operator:Keys:0:Key", "Operator:Keys:0:Scopes", "Operator:Keys: 'operator' is the name of two keys",
                "Operator:Keys: 'operator' and 'operator' are the same key", "Reports:DedupWindo: There is no such setting", "Operator:Keys:0:Scope: There is no such setting" },
            setting => Assert.Contains(setting, fault.Message, StringComparison.Ordinal));
        var lines = fault.Message.Split(Environment.NewLine);
        Assert.Equal(lines.Distinct(), lines);
        Assert.DoesNotContain("the-secret-key", fault.Message, StringComparison.Ordinal);
        Assert.Empty(directory.EnumerateFileSystemInfos());
        directory.Delete();
    }

    [Theory]
    [InlineData("Store:Mode=Paper")]
    [InlineData("Cluster:Role=Extra")]
    [InlineData("Reports:DedupWindow=soon")]
    [InlineData("Reports:NetworkShare=some")]
    [InlineData("Webhooks:PublicUrl=status.example")]
    [InlineData("Store:DataDirectory=")]
    [InlineData("Reports:NetworkShare:0=20")]
    [InlineData("Operator:Keys=a-key")]
    [InlineData("Operator:KeyFile=/no/such/file")]
    public async Task A_setting_that_cannot_be_read_is_named(string setting)
    {
        var fault = await Assert.ThrowsAsync<InvalidSettingsException>(() => RunningServer.Builder(setting).AddAggregator());
        Assert.Contains(setting.Split('=')[0], fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Store:Connection=redis:6379,passwort=geheim")]
    [InlineData("Store:Connection=password=geheim")]
    [InlineData("Store:ConnectionFile=/no/such/file")]
    public async Task A_Redis_that_cannot_be_one_is_refused_and_its_password_not_repeated(string setting)
    {
        var fault = await Assert.ThrowsAsync<InvalidSettingsException>(() => RunningServer.Builder("Store:Mode=Redis", setting).AddAggregator());
        Assert.Contains(setting.Split('=')[0], fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", fault.Message, StringComparison.Ordinal);
    }

    [Fact, StartsProcess]
    public async Task Who_starts_it_is_told_the_faults_alone_and_a_service_manager_that_starting_again_is_in_vain()
    {
        var (code, said) = await ServerProcess.StartInVain("Reports:DedupWindo=00:30:00", "Reports:NetworkShare=-1");
        Assert.Equal(78, code);
        Assert.Equal(3, said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact, StartsProcess]
    public async Task An_address_that_is_taken_is_told_in_one_sentence()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var (code, said) = await ServerProcess.StartInVain($"urls=http://{holder.LocalEndpoint}");
        Assert.Equal(1, code);
        Assert.Contains($"Failed to bind to address http://{holder.LocalEndpoint}: address already in use. Stop what listens there", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Theory, StartsProcess]
    [InlineData("/proc/none", "cannot be made")]
    [InlineData("/proc/self", "cannot be written to")]
    [InlineData("/dev/null", "cannot be made")]
    public async Task A_data_directory_that_cannot_be_used_is_told_in_one_sentence(string directory, string why)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It has no such directories.");
        var (code, said) = await ServerProcess.StartInVain($"Store:DataDirectory={directory}");
        Assert.Equal(1, code);
        Assert.StartsWith($"The data directory '{directory}' {why}", Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_operator_key_is_made_once_for_its_owner_alone_and_a_second_start_finds_it_and_the_counts()
    {
        var directory = Directory.CreateTempSubdirectory("aggregator-");
        string[] settings = [$"Store:DataDirectory={directory.FullName}", "Operator:Key="];
        var file = Path.Combine(directory.FullName, "operator.key");
        string key;
        await using (var first = await RunningServer.Start(settings))
        {
            key = (await File.ReadAllTextAsync(file)).Trim();
            Assert.True(key.Length >= 32);
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            await Operate(first, HttpStatusCode.Created);
            Assert.Equal("counted", (await first.Report("kept", new { region = "US" }).Json(HttpStatusCode.Accepted)).Text("outcome"));
        }

        await using (var second = await RunningServer.Start(settings))
        {
            Assert.Equal(key, (await File.ReadAllTextAsync(file)).Trim());
            await Operate(second, HttpStatusCode.OK);
            Assert.Equal("duplicate", (await second.Report("kept", new { region = "US" }).Json(HttpStatusCode.Accepted)).Text("outcome"));
            await second.Holds("kept", 1);
        }

        directory.Delete(recursive: true);

        async Task Operate(RunningServer server, HttpStatusCode expected)
        {
            server.Operator.DefaultRequestHeaders.Authorization = new("Bearer", key);
            await server.Operator.PutAsJsonAsync("/v1/services/kept", new { name = "Kept", category = "tests", symptoms = new[] { "app" } }).Json(expected);
        }
    }
}
