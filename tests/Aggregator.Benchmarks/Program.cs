using Aggregator.Benchmarks;
using BenchmarkDotNet.Running;

// Without arguments: everything, and the memory of a series at the end.
BenchmarkSwitcher.FromAssembly(typeof(JudgementBenchmarks).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args);
if (args.Length == 0) Console.WriteLine(SeriesMemory.Measure());
