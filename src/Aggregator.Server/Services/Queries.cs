using System.Globalization;
using Aggregator.Domain;

namespace Aggregator.Server;

/// <summary>Reads what a query asks for, and gathers what is wrong with it.</summary>
/// <remarks>Parameters that nobody declared are passed over: proxies, trackers and scripts add their own to defeat caches.</remarks>
internal sealed class Queries(HttpContext http)
{
    // Counts and incidents begin with this software; from here on a few hundred days can be subtracted from any moment.
    private static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch;

    private readonly IReadOnlyList<RouteParameter> _declared = http.GetEndpoint()?.Metadata.GetMetadata<RouteParameters>()?.All ?? [];

    public Dictionary<string, string> Faults { get; } = [];

    /// <exception cref="InvalidOperationException">The route does not declare the parameter.</exception>
    public string? Text(string name)
    {
        if (!_declared.Any(parameter => parameter.Name == name)) throw new InvalidOperationException($"{http.GetEndpoint()} reads '{name}' without declaring it.");
        return http.Request.Query[name] is [{ Length: > 0 } text, ..] ? text : null;
    }

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
        if (!Rfc3339.TryParse(text, out var moment) && !IsDay(text, out moment))
            Faults[name] = $"'{name}' is {Rfc3339.Rule} (in an address + is written %2B), or a date such as 2026-11-22, which is its midnight in UTC.";
        else if (moment < Earliest) Faults[name] = $"'{name}' lies before {Earliest:yyyy-MM-dd}, and nothing is kept of that time.";
        else return moment;
        return null;
    }

    private static bool IsDay(string text, out DateTimeOffset midnight) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out midnight);

    /// <summary>Where a page begins: what the page before gave as <c>next</c>.</summary>
    public int Cursor() => Number("cursor", 0, 0, int.MaxValue);

    /// <summary>The filter of an incident or spike by service and region.</summary>
    public void CheckNames()
    {
        if (Text("service") is { } service && !ServiceKey.TryParse(service, out _)) Faults["service"] = "'service' is not a service key.";
        if (Text("region") is { } region && !RegionCode.TryParse(region, out _)) Faults["region"] = "'region' is not a region code.";
    }
}
