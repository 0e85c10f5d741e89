using Aggregator.Benchmarks;
using BenchmarkDotNet.Running;

// Without arguments everything, the memory of a series last; "memory" is that alone.
var all = args.Length == 0;
if (all || args is not ["memory"]) BenchmarkSwitcher.FromAssembly(typeof(JudgementBenchmarks).Assembly).Run(all ? ["--filter", "*"] : args);
if (all || args is ["memory"]) Console.WriteLine(SeriesMemory.Measure());
