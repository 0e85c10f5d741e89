using Aggregator.Domain;

namespace Aggregator.Server;

/// <summary>Lays text out for Slack: at most 3,000 characters to a section and 50 blocks to a message, counted as they are sent.</summary>
internal static class SlackMessages
{
    private const int SectionAtMost = 3000;
    private const int BlocksAtMost = 50;

    /// <summary>A bold line, what there is to say about it, and a link, which is there however long the text is.</summary>
    public static SlackMessage Of(string text, string details, string? link)
    {
        var end = link is null ? "" : $"\n<{link}|{Sentences.All["told.link"]}>";
        var head = Bold(text, SectionAtMost - end.Length);
        var room = SectionAtMost - end.Length - head.Length - 1;
        var body = details.Length > 0 && room > 0 ? $"{head}\n{Escaped(details, room)}" : head;
        return new(Escaped(text, SectionAtMost), [Section(body + end)]);
    }

    /// <summary>A bold line with a link, and a list that may need several messages; nothing of it is left out.</summary>
    /// <param name="line">Writes an item.</param>
    public static IEnumerable<(SlackMessage Message, IReadOnlyList<T> Items)> List<T>(string text, string? link, IEnumerable<T> items, Func<T, string> line)
    {
        var lines = items.Select(item => (Item: item, Text: Escaped(line(item), SectionAtMost - 1)));
        foreach (var sections in Pieces.Of(lines, one => one.Text.Length + 1, SectionAtMost).Chunk(BlocksAtMost - 1))
        {
            var head = Of(text, "", link);
            yield return (
                head with { Blocks = [.. head.Blocks, .. sections.Select(section => Section(string.Join('\n', section.Select(one => one.Text))))] },
                [.. sections.SelectMany(section => section.Select(one => one.Item))]);
        }
    }

    // What is bold stands on one line.
    private static string Bold(string text, int most) =>
        text.Contains('\n', StringComparison.Ordinal) ? Escaped(text, most) : $"*{Escaped(text, most - 2)}*";

    private static string Escaped(string text, int most) => Escaped(text.ShortenedTo(most, part => Escaped(part).Length));

    // The three characters that Slack gives a meaning.
    private static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static SlackBlock Section(string text) => new("section", new("mrkdwn", text));
}
