namespace Aggregator.Benchmarks;

/// <summary>One measurement of one contender.</summary>
/// <param name="PerSecond">What was achieved; refused requests do not count.</param>
/// <param name="Errors">Requests that were refused or not answered.</param>
/// <param name="Remark">What the reader has to know about it, such as that the server counted something else than was sent.</param>
internal sealed record Turn(double PerSecond, long Errors, string Remark = "");

/// <summary>What the rows have in common: options, a generator, and turns that are interleaved.</summary>
internal sealed class LoadRun(LoadOptions options, Generator generator)
{
    public LoadOptions Options { get; } = options;

    public Generator Generator { get; } = generator;

    /// <summary>A B C, A B C, ...: what disturbs the machine for a while disturbs all alike. Nobody else runs during a turn.</summary>
    public async Task<IReadOnlyList<(Contender Contender, Turn[] Turns)>> Interleave(
        string row, IEnumerable<Contender> contenders, Func<Contender, RunningServer, Task<Turn>> take, CancellationToken cancel)
    {
        Contender[] present = [.. contenders.Where(contender => !contender.NeedsRedis || Programs.RedisServer is not null)];
        var turns = present.Select(_ => new List<Turn>()).ToArray();
        for (var round = 1; round <= Options.Rounds; round++)
        {
            for (var i = 0; i < present.Length; i++)
            {
                await using var server = await present[i].Start(cancel);
                var turn = await take(present[i], server);
                turns[i].Add(turn);
                Say($"{row}, round {round} of {Options.Rounds}, {present[i].Name}: {turn.PerSecond:N0}/s {(turn.Errors > 0 ? $"{turn.Errors:N0} errors " : "")}{turn.Remark}");
            }
        }

        return [.. present.Select((contender, i) => (contender, turns[i].ToArray()))];
    }

    /// <summary>Progress goes to the error stream, so that the tables can be kept in a file.</summary>
    public static void Say(string progress) => Console.Error.WriteLine(progress);
}
