using Aggregator.Domain;

namespace Aggregator.Server;

/// <summary>How a service was found, the nearest first.</summary>
public enum Nearness { Same, SameAlias, Name, Alias, Word, Initials, Key, Inside, Nearly }

/// <summary>A service that was searched for.</summary>
public sealed record FoundService(string Service, string Name, Level Level, Nearness Nearness);

/// <summary>Finds services as people name them: by name, by another name it goes by, by a word in it, by initials, by key; nearly so where nothing is found otherwise.</summary>
/// <remarks>js/search.js does the same while somebody types, and leaves out accents.</remarks>
internal static class ServiceSearch
{
    private const int FewLetters = 4, ManyLetters = 8, LettersAtMost = 32;
    private static readonly char[] Between = [' ', '-', '.', '/', '&', '(', ')', '+', '_', '\''];

    /// <summary>Those that match, those in trouble first and the nearest next; all where nothing is asked.</summary>
    public static IReadOnlyList<FoundService> Find(IEnumerable<CatalogService> services, string query, Func<string, Level> levelOf) =>
    [
        .. Matching(services, query)
            .Select(match => new FoundService(match.Service.Service, match.Service.Name, levelOf(match.Service.Service), match.Nearness))
            .OrderBy(found => found.Nearness < Nearness.Name ? found.Nearness : Nearness.Name).ThenBy(found => found.Nearness >= Nearness.Inside)
            .ThenByDescending(found => found.Level > Level.Unknown ? found.Level : Level.Normal).ThenBy(found => found.Nearness).ThenBy(found => found.Name, StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>The one that is meant: the only one, or the only one of just this name, key or alias.</summary>
    public static FoundService? Meant(IReadOnlyList<FoundService> found) =>
        found.Count == 0 || (found.Count > 1 && (found[0].Nearness > Nearness.SameAlias || found[1].Nearness == found[0].Nearness)) ? null : found[0];

    /// <summary>Those that match, in no order.</summary>
    public static IReadOnlyList<(CatalogService Service, Nearness Nearness)> Matching(IEnumerable<CatalogService> services, string query)
    {
        var (known, asked) = (services.ToList(), new Asked(query));
        var found = known.Select(service => (service, How: asked.Of(service))).Where(match => match.How is not null).Select(match => (match.service, match.How!.Value)).ToList();
        return found.Count > 0 || asked.Slips == 0 ? found : [.. known.Where(asked.IsNearly).Select(service => (service, Nearness.Nearly))];
    }

    /// <summary>The letters and digits of a name from each of its words on.</summary>
    private static List<string> Beginnings(string name)
    {
        var words = name.ToLowerInvariant().Split(Between, StringSplitOptions.RemoveEmptyEntries);
        return [.. words.Select((_, i) => string.Concat(words[i..]))];
    }

    private readonly struct Asked
    {
        private readonly string _letters;

        public Asked(string query)
        {
            var text = query.Trim().ToLowerInvariant();
            _letters = Beginnings(text) is [var all, ..] ? all : text;
            Slips = _letters.Length switch { < FewLetters or > LettersAtMost => 0, < ManyLetters => 1, _ => 2 };
        }

        /// <summary>How many letters may be wrong, missing, too many or in each other's place.</summary>
        public int Slips { get; }

        public Nearness? Of(CatalogService service)
        {
            var asked = _letters;
            var (name, key) = (Beginnings(service.Name), string.Concat(Beginnings(service.Service).Take(1)));
            var aliases = service.Aliases.Select(Beginnings).ToList();
            var whole = name.Count > 0 ? name[0] : service.Name;
            if (whole == asked || key == asked) return Nearness.Same;
            if (aliases.Any(alias => alias is [var all, ..] && all == asked)) return Nearness.SameAlias;
            if (Begins(whole)) return Nearness.Name;
            if (aliases.Any(alias => alias is [var all, ..] && Begins(all))) return Nearness.Alias;
            if (name.Any(Begins) || aliases.Any(alias => alias.Any(Begins))) return Nearness.Word;
            if (name.Count > 1 && Begins(string.Concat(name.Select(word => word[0])))) return Nearness.Initials;
            if (Begins(key)) return Nearness.Key;
            return aliases.Select(alias => string.Concat(alias.Take(1))).Append(whole).Append(key).Any(text => text.Contains(asked, StringComparison.Ordinal)) ? Nearness.Inside : null;

            bool Begins(string text) => text.StartsWith(asked, StringComparison.Ordinal);
        }

        public bool IsNearly(CatalogService service)
        {
            var (asked, slips) = (_letters, Slips);
            return service.Aliases.Append(service.Name).Append(service.Service).SelectMany(Beginnings).Any(name => Distance(asked, name) <= slips);
        }

        /// <summary>Changes that make what was asked the beginning of a name, two letters in each other's place counting as one.</summary>
        private static int Distance(string asked, string name)
        {
            var width = Math.Min(name.Length, LettersAtMost);
            var (before, above, row) = (new int[width + 1], new int[width + 1], new int[width + 1]);
            for (var j = 0; j <= width; j++) above[j] = j;
            for (var i = 1; i <= asked.Length; i++)
            {
                row[0] = i;
                for (var j = 1; j <= width; j++)
                {
                    row[j] = Math.Min(Math.Min(above[j], row[j - 1]) + 1, above[j - 1] + (asked[i - 1] == name[j - 1] ? 0 : 1));
                    if (i > 1 && j > 1 && asked[i - 1] == name[j - 2] && asked[i - 2] == name[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
                }

                (before, above, row) = (above, row, before);
            }

            return above.Min();
        }
    }
}
