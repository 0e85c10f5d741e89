using System.Globalization;

namespace Aggregator.Benchmarks;

/// <summary>wrk, with a script that takes the requests from a file.</summary>
internal sealed class WrkGenerator(string wrk, int connections) : Generator(connections)
{
    private static readonly int Threads = Math.Max(1, Environment.ProcessorCount / 2);

    public override string Description => $"wrk, {Threads} thread{(Threads == 1 ? "" : "s")}";

    public override async Task<Sent> Send(Uri address, RequestSet requests, TimeSpan time, long firstAddress, CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        var script = Path.Combine(directory.Path, "requests.lua");
        var templates = Path.Combine(directory.Path, "requests");
        await File.WriteAllTextAsync(script, Script(), cancel);
        await File.WriteAllTextAsync(templates, string.Join("\n====\n", requests.Text(address)), cancel);
        var output = await ChildProcess.Run(wrk,
            [$"-t{Threads}", $"-c{Connections}", $"-d{time.TotalSeconds:0}s", "--timeout", "10s", "-s", script, address.ToString(), "--", templates, $"{firstAddress}"], cancel);
        return Read(output);
    }

    private static Sent Read(string output)
    {
        var line = output.Split('\n').LastOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new LoadException($"wrk did not tell what it did:{Environment.NewLine}{output}");
        var numbers = line.Split(' ')[1..].Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new(numbers[0], TimeSpan.FromMicroseconds(numbers[1]), numbers[2], numbers[3], numbers[4]);
    }

    private static string Script()
    {
        using var reader = new StreamReader(typeof(WrkGenerator).Assembly.GetManifestResourceStream("Aggregator.Benchmarks.Load.Generators.requests.lua")!);
        return reader.ReadToEnd();
    }
}
