using Aggregator.Grains;

namespace Aggregator.Server.Tests;

public sealed class StoreTurnsTests
{
    [Fact]
    public async Task However_many_ask_at_once_the_store_has_a_thousand_questions_before_it_and_answers_all()
    {
        using var turns = new StoreTurns();
        var answer = new TaskCompletionSource();
        var (asked, atOnce) = (0, 0);
        var asking = Enumerable.Range(0, 5000).Select(number => turns.Take(async () =>
        {
            Interlocked.Increment(ref asked);
            Assert.InRange(Interlocked.Increment(ref atOnce), 1, 1024);
            await answer.Task;
            Interlocked.Decrement(ref atOnce);
            return number;
        })).ToList();
        Assert.Equal(1024, asked);

        answer.SetResult();
        Assert.Equal(Enumerable.Range(0, 5000), await Task.WhenAll(asking));
        Assert.Equal((5000, 0), (asked, atOnce));
    }

    [Fact]
    public async Task One_that_fails_gives_its_turn_to_the_next()
    {
        using var turns = new StoreTurns();
        for (var i = 0; i < 2000; i++) await Assert.ThrowsAsync<TimeoutException>(() => turns.Take<int>(() => throw new TimeoutException()));
        Assert.Equal(1, await turns.Take(() => Task.FromResult(1)));
    }
}
