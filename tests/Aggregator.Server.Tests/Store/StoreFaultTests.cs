using Aggregator.Grains;
using StackExchange.Redis;

namespace Aggregator.Server.Tests;

/// <summary>What a store refuses has its word, at once and everywhere.</summary>
public sealed class StoreFaultTests
{
    [Theory]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'. script: 1f, on @user_script:1.", StoreFault.Full)]
    [InlineData("ERR Error running script (call to f_1): @user_script:1: -OOM command not allowed when used memory > 'maxmemory'.", StoreFault.Full)]
    [InlineData("EXECABORT Transaction discarded because of: OOM command not allowed", StoreFault.Full)]
    [InlineData("READONLY You can't write against a read only replica.", StoreFault.ReadOnly)]
    [InlineData("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", StoreFault.ReadOnly)]
    [InlineData("MISCONF Errors writing to the AOF file: No space left on device", StoreFault.NotPersisting)]
    [InlineData("LOADING Redis is loading the dataset in memory", StoreFault.Loading)]
    [InlineData("CLUSTERDOWN The cluster is down", StoreFault.ClusterDown)]
    [InlineData("NOPERM this user has no permissions to run the 'evalsha' command", StoreFault.Forbidden)]
    [InlineData("NOAUTH Authentication required.", StoreFault.Forbidden)]
    [InlineData("BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.", StoreFault.Busy)]
    [InlineData("NOREPLICAS Not enough good replicas to write.", StoreFault.TooFewReplicas)]
    [InlineData("ERR unknown command", StoreFault.Unreachable)]
    public void What_the_store_says_has_a_word(string said, StoreFault fault) => Assert.Equal(fault, StoreFaults.Of(Said(said)));

    [Fact]
    public void What_the_client_says_of_a_replica_has_the_same_word() =>
        Assert.Equal(StoreFault.ReadOnly, StoreFaults.Of(new RedisCommandException("Command cannot be issued to a replica: HSET aggregator:catalog:services")));

    [Fact]
    public void The_word_is_found_within_other_exceptions() =>
        Assert.Equal(StoreFault.Full, StoreFaults.Of(new InvalidOperationException("A grain failed.", Said("OOM command not allowed"))));

    [Fact]
    public void A_name_is_not_taken_for_a_word() => Assert.Equal(StoreFault.Unreachable, StoreFaults.Of(new TimeoutException("Timeout performing HGETALL aggregator/state/region/x|BUSY/region")));

    [Fact]
    public void What_does_not_come_from_the_store_is_no_fault_of_it() => Assert.Null(StoreFaults.Of(new InvalidOperationException("OOM READONLY")));

    // The constructors that are not obsolete need what only the client knows.
#pragma warning disable CS0618
    private static RedisServerException Said(string text) => new(text);
#pragma warning restore CS0618

    [Fact]
    public void Every_fault_has_a_result_of_the_intake_and_a_sentence() => Assert.All(Enum.GetValues<StoreFault>(), fault =>
    {
        Assert.Equal(fault, IntakeResults.FaultOf(IntakeResults.From(fault)));
        Assert.NotEmpty(StoreWords.Of(fault));
    });
}
