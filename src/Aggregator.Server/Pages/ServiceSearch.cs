using Aggregator.Domain;

namespace Aggregator.Server;

/// <summary>Finds services as people name them: by the beginning of the name or of a word in it, by initials, by key.</summary>
/// <remarks>js/search.js does the same while somebody types, and leaves out accents.</remarks>
internal static class ServiceSearch
{
    private enum Match { Same, Name, Word, Initials, Key, Inside }

    /// <summary>Those that match, those in trouble first and the nearest next; all where nothing is asked.</summary>
    public static IReadOnlyList<ServiceSummary> Find(IEnumerable<ServiceSummary> services, string query)
    {
        var asked = query.Trim().ToLowerInvariant();
        return
        [
            .. from service in services
               let match = Of(service, asked)
               where match is not null
               orderby match != Match.Same, match == Match.Inside, service.Level > Level.Unknown ? service.Level : Level.Normal descending, match, service.Name
               select service,
        ];
    }

    /// <summary>The one that is meant: the only one, or the one of just this name or key.</summary>
    public static ServiceSummary? Meant(IReadOnlyList<ServiceSummary> found, string query) =>
        found.Count == 1 ? found[0] : found.Count > 1 && Of(found[0], query.Trim().ToLowerInvariant()) == Match.Same ? found[0] : null;

    private static Match? Of(ServiceSummary service, string asked)
    {
        var name = service.Name.ToLowerInvariant();
        var words = name.Split([' ', '-', '.', '/', '&', '(', ')', '+'], StringSplitOptions.RemoveEmptyEntries);
        if (name == asked || service.Service == asked) return Match.Same;
        if (name.StartsWith(asked, StringComparison.Ordinal)) return Match.Name;
        if (words.Any(word => word.StartsWith(asked, StringComparison.Ordinal))) return Match.Word;
        if (words.Length > 1 && string.Concat(words.Select(word => word[0])).StartsWith(asked, StringComparison.Ordinal)) return Match.Initials;
        if (service.Service.StartsWith(asked, StringComparison.Ordinal)) return Match.Key;
        return name.Contains(asked, StringComparison.Ordinal) || service.Service.Contains(asked, StringComparison.Ordinal) ? Match.Inside : null;
    }
}
