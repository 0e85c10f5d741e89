using Xunit.v3;

namespace Aggregator.Server.Tests;

/// <summary>The test, or every test of the class, starts a process of its own: <c>tests/run --fast</c> leaves it out.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class StartsProcessAttribute : Attribute, ITraitAttribute
{
    private const string Name = "Starts", Value = "process";

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Name, Value)];

    /// <summary>Fails a test that starts a process in <c>tests/run --fast</c>.</summary>
    public static void Require() =>
        Assert.False(Environment.GetEnvironmentVariable("TESTS_FAST") == "1", $"It starts a process: mark it with [{nameof(StartsProcessAttribute)}].");
}
