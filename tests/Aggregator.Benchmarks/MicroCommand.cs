using System.CommandLine;
using BenchmarkDotNet.Running;

namespace Aggregator.Benchmarks;

/// <summary>Without a command: the micro benchmarks, with the arguments of BenchmarkDotNet.</summary>
internal static class MicroCommand
{
    public static RootCommand Create(params IEnumerable<Command> others)
    {
        var root = new RootCommand("Without a command: micro benchmarks, all or those of BenchmarkDotNet's arguments, such as --filter '*Judgement*'.") { TreatUnmatchedTokensAsErrors = false };
        foreach (var other in others) root.Subcommands.Add(other);
        root.SetAction(parsed =>
        {
            string[] all = ["--filter", "*"];
            BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(parsed.UnmatchedTokens is { Count: > 0 } said ? [.. said] : all);
            if (parsed.UnmatchedTokens.Count == 0) Console.WriteLine(SeriesMemory.Measure());
        });
        return root;
    }
}

/// <summary><c>memory</c>: what the detector of one series takes on the heap.</summary>
internal static class MemoryCommand
{
    public static Command Create()
    {
        var command = new Command("memory", "What the detector of one series takes on the heap, and saved.");
        command.SetAction(_ => Console.WriteLine(SeriesMemory.Measure()));
        return command;
    }
}
