using System.Globalization;
using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>Puts a tally together from the fields of a bucket hash.</summary>
internal sealed class TallyBuilder
{
    private readonly List<KeyValuePair<string, long>> _symptoms = [];
    private long _networks, _duplicates, _quarantined;

    /// <summary>Splits <c>12:login</c> or <c>12!q</c> into the bucket of the hour and what is counted, mark included.</summary>
    public static (long Cell, string What) SplitField(ReadOnlySpan<char> field)
    {
        var mark = field.IndexOfAny(':', '!');
        return (long.Parse(field[..mark], CultureInfo.InvariantCulture), field[mark..].ToString());
    }

    public void Set(string what, long total)
    {
        switch (what)
        {
            case "!n": _networks = total; break;
            case "!d": _duplicates = total; break;
            case "!q": _quarantined = total; break;
            default: _symptoms.Add(new(what[1..], total)); break;
        }
    }

    public Tally Build() => Tally.Create(_symptoms, _networks, _duplicates, _quarantined);
}
