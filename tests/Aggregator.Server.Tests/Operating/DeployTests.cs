using System.Reflection;
using System.Text.RegularExpressions;
using Aggregator.Grains;
using Microsoft.Extensions.Configuration;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Aggregator.Server.Tests;

/// <summary>What is in <c>deploy</c> and can be held to without a cluster: it can be read, and names settings, addresses and ports that there are.</summary>
[Collection(OneServer.Name)]
public sealed partial class DeployTests(AggregatorFixture fixture)
{
    private const string Http = "5080", KeyFile = "Operator__KeyFile";

    private static readonly string Folder = Repository.File("deploy");

    private static readonly Dictionary<string, Type> Options = new[] { typeof(StoreOptions).Assembly, typeof(ClusteringOptions).Assembly }
        .SelectMany(assembly => assembly.GetTypes())
        .Select(type => (Type: type, Section: type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string))
        .Where(options => options.Section is not null).ToDictionary(options => options.Section!, options => options.Type);

    [Fact]
    public void Every_setting_that_is_named_is_one_of_the_server()
    {
        var named = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .SelectMany(file => Setting().Matches(File.ReadAllText(file)).Select(match => (File: Path.GetFileName(file), Section: match.Groups["section"].Value, Name: match.Groups["name"].Value)))
            .Where(one => one.Section != "Logging").ToList(); // the framework's

        Assert.All(new[] { "compose.yaml", "kustomization.yaml", "silos.yaml", "gateways.yaml", "aggregator.service", "Dockerfile", "README.md" }, file => Assert.Contains(file, named.Select(one => one.File)));
        Assert.All(named, one => Assert.True(
            Options.TryGetValue(one.Section, out var options) && options.GetProperty(one.Name) is not null, $"{one.File} names {one.Section}:{one.Name}, which is no setting."));
    }

    [Fact]
    public void The_values_they_are_given_are_taken()
    {
        var map = Literals(Read("kubernetes/kustomization.yaml").Single().List("configMapGenerator").Single().List("literals"));
        foreach (var server in Servers())
            Bind([.. map, .. server.List("env").Where(one => one.TryGetProperty("value", out _)).Select(one => (one.Text("name")!, one.Text("value")!)).Where(one => one.Item1 != KeyFile), ("Cluster__Address", "10.0.0.7")]);
        foreach (var service in Read("compose.yaml").Single().GetProperty("services").EnumerateObject().Where(one => one.Value.TryGetProperty("environment", out _)))
            Bind([.. service.Value.GetProperty("environment").EnumerateObject().Select(one => (one.Name, one.Value.GetString()!))]);
        Bind([.. Unit("Environment").Select(one => one.Split('=', 2)).Select(one => (one[0], one[1]))]);
    }

    [Fact]
    public void The_file_of_the_operators_key_is_mounted_from_the_secret_that_has_it()
    {
        var secret = Read("kubernetes/kustomization.yaml").Single().List("secretGenerator").Single();
        Assert.All(Templates().Where(IsServer), pod =>
        {
            var server = pod.GetProperty("spec").List("containers").Single();
            var file = server.List("env").Single(one => one.Text("name") == KeyFile).Text("value")!;
            var mount = server.List("volumeMounts").Single(one => one.Text("mountPath") == Path.GetDirectoryName(file));
            var mounted = pod.GetProperty("spec").List("volumes").Single(one => one.Text("name") == mount.Text("name")).GetProperty("secret");
            Assert.Equal(secret.Text("name"), mounted.Text("secretName"));
            var item = mounted.List("items").Single();
            Assert.Equal(Path.GetFileName(file), item.Text("path"));
            Assert.Contains(item.Text("key"), secret.List("files").Select(one => one.GetString()));
        });
        Assert.Contains("deploy/kubernetes/operator-key", File.ReadAllLines(Repository.File(".gitignore")));
    }

    [Fact]
    public async Task Every_address_that_is_probed_or_scraped_answers()
    {
        var paths = Servers().SelectMany(server => new[] { "startupProbe", "readinessProbe", "livenessProbe" }.Select(probe => server.GetProperty(probe).GetProperty("httpGet")))
            .Select(get => get.Text("port") == "http" ? get.Text("path")! : throw new InvalidDataException("A probe asks at another port than http."))
            .Concat(Templates().Where(IsServer).Select(pod => pod.GetProperty("metadata").GetProperty("annotations").Text("prometheus.io/path")!));
        foreach (var path in paths.Distinct())
            await Eventually.Is(path, async () => (await fixture.Server.Anybody.GetAsync(path)).StatusCode, status => status == HttpStatusCode.OK);
    }

    [Fact]
    public void Ports_are_the_same_wherever_they_are_named()
    {
        var image = File.ReadAllText(Path.Combine(Folder, "Dockerfile"));
        Assert.Contains($"EXPOSE {Http}\n", image, StringComparison.Ordinal);
        Assert.Contains($"ASPNETCORE_HTTP_PORTS={Http} ", image, StringComparison.Ordinal);
        Assert.Contains($"Urls=http://localhost:{Http}", Unit("Environment"));

        var services = Read("compose.yaml").Single().GetProperty("services");
        Assert.All(new[] { "aggregator", "gateway" }, name => Assert.EndsWith($":{Http}", services.GetProperty(name).List("ports").Single().GetString(), StringComparison.Ordinal));

        var map = Literals(Read("kubernetes/kustomization.yaml").Single().List("configMapGenerator").Single().List("literals")).ToDictionary(one => one.Name, one => one.Value);
        var ports = Templates().SelectMany(pod => pod.GetProperty("spec").List("containers")).SelectMany(container => container.List("ports"))
            .Select(port => (Name: port.Text("name")!, Number: port.Text("containerPort")!)).Distinct().ToDictionary(port => port.Name, port => port.Number);
        Assert.Equal((Http, map["Cluster__SiloPort"], map["Cluster__GatewayPort"]), (ports["http"], ports["silo"], ports["gateway"]));
        Assert.All(Templates().Where(IsServer), pod => Assert.Equal(Http, pod.GetProperty("metadata").GetProperty("annotations").Text("prometheus.io/port")));
        Assert.All(OfKind("Service").SelectMany(service => service.GetProperty("spec").List("ports")), port => Assert.Contains(port.Text("targetPort"), ports.Keys));

        string[] outside = ["53", "443"];
        var allowed = OfKind("NetworkPolicy").SelectMany(policy => new[] { "ingress", "egress" }.SelectMany(way => policy.GetProperty("spec") is var spec && spec.TryGetProperty(way, out _) ? spec.List(way) : []))
            .SelectMany(rule => rule.List("ports")).Select(port => port.Text("port")!);
        Assert.All(allowed, port => Assert.Contains(port, ports.Values.Concat(outside)));
    }

    [Fact]
    public void Whoever_is_selected_is_there()
    {
        var pods = Templates().Select(pod => Labels(pod.GetProperty("metadata").GetProperty("labels"))).ToList();
        var selected = OfKind("Deployment", "StatefulSet", "PodDisruptionBudget").Select(one => one.GetProperty("spec").GetProperty("selector").GetProperty("matchLabels"))
            .Concat(OfKind("Service").Select(service => service.GetProperty("spec").GetProperty("selector")))
            .Concat(OfKind("NetworkPolicy").Select(policy => policy.GetProperty("spec").GetProperty("podSelector")).Where(all => all.TryGetProperty("matchLabels", out _)).Select(some => some.GetProperty("matchLabels")));
        Assert.All(selected.Select(Labels), labels => Assert.Contains(pods, pod => labels.IsSubsetOf(pod)));
        Assert.All(OfKind("HorizontalPodAutoscaler").Select(scaler => scaler.GetProperty("spec").GetProperty("scaleTargetRef").Text("name")),
            name => Assert.Contains(name, OfKind("Deployment").Select(one => one.GetProperty("metadata").Text("name"))));
    }

    [Fact]
    public void Nobody_is_root_or_writes_where_the_program_is()
    {
        Assert.All(Templates(), pod =>
        {
            Assert.Equal("true", pod.GetProperty("spec").GetProperty("securityContext").Text("runAsNonRoot"));
            Assert.All(pod.GetProperty("spec").List("containers"), container => Assert.Equal(
                ("false", "true"), (container.GetProperty("securityContext").Text("allowPrivilegeEscalation"), container.GetProperty("securityContext").Text("readOnlyRootFilesystem"))));
        });
        var services = Read("compose.yaml").Single().GetProperty("services");
        Assert.All(new[] { "aggregator", "silo", "gateway" }, name => Assert.Equal("true", services.GetProperty(name).Text("read_only")));
        Assert.Contains("USER $APP_UID", File.ReadAllLines(Path.Combine(Folder, "Dockerfile")));
        Assert.Equal("strict", Unit("ProtectSystem").Single());
    }

    [Fact]
    public void What_is_mounted_listed_or_started_is_there()
    {
        var mounted = Read("compose.yaml").Single().GetProperty("services").EnumerateObject()
            .SelectMany(service => service.Value.TryGetProperty("volumes", out _) ? service.Value.List("volumes") : [])
            .Select(volume => volume.GetString()!.Split(':')[0]).Where(source => source.StartsWith('.'));
        Assert.All(mounted, source => Assert.True(Path.Exists(Path.Combine(Folder, source)), source));
        Assert.All(Read("kubernetes/kustomization.yaml").Single().List("resources"), file => Assert.True(File.Exists(Path.Combine(Folder, "kubernetes", file.GetString()!))));
        Assert.Equal($"/opt/aggregator/{typeof(ClusteringOptions).Assembly.GetName().Name}", Unit("ExecStart").Single());
    }

    private static void Bind(IReadOnlyList<(string Name, string Value)> environment)
    {
        var settings = new Settings(new ConfigurationBuilder().AddInMemoryCollection(
            environment.Select(one => KeyValuePair.Create(one.Name.Replace("__", ":", StringComparison.Ordinal), (string?)one.Value))).Build());
        var read = typeof(Settings).GetMethod(nameof(Settings.Read))!;
        foreach (var (section, options) in Options) read.MakeGenericMethod(options).Invoke(settings, [section]);
        settings.ThrowIfFaulty();
    }

    private static IEnumerable<JsonElement> Manifests() => Directory.EnumerateFiles(Path.Combine(Folder, "kubernetes"), "*.yaml")
        .SelectMany(file => Read(Path.GetRelativePath(Folder, file)));

    private static IEnumerable<JsonElement> OfKind(params string[] kinds) => Manifests().Where(one => kinds.Contains(one.Text("kind")));

    private static IEnumerable<JsonElement> Templates() => OfKind("Deployment", "StatefulSet").Select(one => one.GetProperty("spec").GetProperty("template"));

    private static bool IsServer(JsonElement pod) => pod.GetProperty("metadata").GetProperty("labels").Text("app.kubernetes.io/name") == "aggregator";

    private static IEnumerable<JsonElement> Servers() => Templates().Where(IsServer).Select(pod => pod.GetProperty("spec").List("containers").Single());

    private static HashSet<(string, string?)> Labels(JsonElement labels) => [.. labels.EnumerateObject().Select(label => (label.Name, label.Value.GetString()))];

    private static IEnumerable<(string Name, string Value)> Literals(IEnumerable<JsonElement> literals) =>
        literals.Select(literal => literal.GetString()!.Split('=', 2)).Select(parts => (parts[0], parts[1]));

    private static List<string> Unit(string name) => [.. File.ReadAllLines(Path.Combine(Folder, "aggregator.service"))
        .Where(line => line.StartsWith(name + "=", StringComparison.Ordinal)).Select(line => line[(name.Length + 1)..])];

    /// <summary>The documents of a YAML file.</summary>
    private static List<JsonElement> Read(string file)
    {
        using var reader = File.OpenText(Path.Combine(Folder, file));
        var parser = new MergingParser(new Parser(reader));
        var (read, write) = (new DeserializerBuilder().Build(), new SerializerBuilder().JsonCompatible().Build());
        var documents = new List<JsonElement>();
        parser.Consume<YamlDotNet.Core.Events.StreamStart>();
        while (parser.Accept<YamlDotNet.Core.Events.DocumentStart>(out _))
        {
            using var json = JsonDocument.Parse(write.Serialize(read.Deserialize(parser)));
            documents.Add(json.RootElement.Clone());
        }

        return documents;
    }

    [GeneratedRegex(@"\b(?<section>[A-Z][A-Za-z]+)__(?<name>[A-Z][A-Za-z]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Setting();
}
