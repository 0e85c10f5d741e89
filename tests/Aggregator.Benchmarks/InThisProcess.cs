using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Aggregator.Benchmarks;

/// <summary>Medians are shown, and the fastest: they do not mind that the machine was busy for a moment.</summary>
public sealed class InThisProcess : ManualConfig
{
    public InThisProcess()
    {
        AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithStrategy(RunStrategy.Monitoring)
            .WithWarmupCount(2).WithIterationCount(11).WithInvocationCount(1).WithUnrollFactor(1));
        AddColumn(StatisticColumn.Median, StatisticColumn.Min);
        ArtifactsPath = Path.Combine("artifacts", "benchmarks");
        HideColumns("Error", "StdDev", "Gen0", "Gen1", "Gen2");
    }
}
