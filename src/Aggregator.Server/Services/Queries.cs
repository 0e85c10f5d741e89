using System.Globalization;
using Aggregator.Domain;

namespace Aggregator.Server;

/// <summary>Reads what a query asks for, and gathers what is wrong with it.</summary>
internal sealed class Queries(IQueryCollection query)
{
    public Dictionary<string, string> Faults { get; } = [];

    public string? Text(string name) => query[name] is [{ Length: > 0 } text, ..] ? text : null;

    /// <summary>Words of a closed set between commas, whatever their case.</summary>
    public IReadOnlyList<T>? Words<T>(string name) where T : struct, Enum
    {
        if (Text(name) is not { } text) return null;

        var words = new List<T>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.All(char.IsAsciiLetter) && Enum.TryParse<T>(part, ignoreCase: true, out var word)) words.Add(word);
            else Faults[name] = $"'{name}' is made of {string.Join(", ", Enum.GetNames<T>())}.";
        }

        return words;
    }

    public int Number(string name, int otherwise, int least, int most)
    {
        if (Text(name) is not { } text) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;

        Faults[name] = $"'{name}' is a number from {least} to {most}.";
        return otherwise;
    }

    public DateTimeOffset? Moment(string name)
    {
        if (Text(name) is not { } text) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)) return moment;

        Faults[name] = $"'{name}' is a moment such as 2026-11-22T13:25:00Z.";
        return null;
    }

    /// <summary>Where a page begins: what the page before gave as <c>next</c>.</summary>
    public int Cursor() => Number("cursor", 0, 0, int.MaxValue);

    /// <summary>The filter of an incident or spike by service and region.</summary>
    public void CheckNames()
    {
        if (Text("service") is { } service && !ServiceKey.TryParse(service, out _)) Faults["service"] = "'service' is not a service key.";
        if (Text("region") is { } region && !RegionCode.TryParse(region, out _)) Faults["region"] = "'region' is not a region code.";
    }
}
