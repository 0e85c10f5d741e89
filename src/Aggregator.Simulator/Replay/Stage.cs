using System.Collections.Concurrent;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Aggregator.Simulator;

/// <summary>Shows how work goes on: a picture that moves on a terminal, plain lines anywhere else.</summary>
internal sealed class Stage(IAnsiConsole console, TimeProvider time)
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);

    public IAnsiConsole Console { get; } = console;

    /// <summary>Shows the work until it has ended, and passes on how it ended.</summary>
    public async Task Follow(Task work, Func<IRenderable> picture, Func<string> line, ConcurrentQueue<string>? news = null)
    {
        if (Console.Profile.Out.IsTerminal && Console.Profile.Capabilities.Interactive)
        {
            await Console.Live(picture()).StartAsync(async live =>
            {
                while (await GoesOn(work)) live.UpdateTarget(picture());
                live.UpdateTarget(picture());
            });
            news?.Clear();
        }
        else
        {
            var last = time.GetTimestamp();
            for (var on = true; on;)
            {
                on = await GoesOn(work);
                while (news is not null && news.TryDequeue(out var sentence)) Console.WriteLine(sentence);
                if (on && time.GetElapsedTime(last) < BetweenLines) continue;
                last = time.GetTimestamp();
                Console.WriteLine(line());
            }
        }

        await work;
    }

    private async Task<bool> GoesOn(Task work)
    {
        await Task.WhenAny(work, Task.Delay(Frame, time));
        return !work.IsCompleted;
    }
}
