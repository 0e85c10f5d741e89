using System.Globalization;
using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>Puts a tally together from the fields of a bucket hash.</summary>
internal sealed class TallyBuilder
{
    private const char OfSymptom = ':';

    private readonly List<KeyValuePair<string, long>> _symptoms = new(1);
    private long _networks, _duplicates, _quarantined;

    /// <summary>Splits <c>12:login</c> or <c>12!q</c> into the bucket of the hour and what is counted, mark included.</summary>
    public static (long Cell, string What) SplitField(ReadOnlySpan<char> field)
    {
        var mark = field.IndexOfAny(OfSymptom, '!');
        return (long.Parse(field[..mark], CultureInfo.InvariantCulture), SharedTexts.Of(field[mark..]));
    }

    /// <summary>What is set twice is what it was set to last.</summary>
    public void Set(string what, long total)
    {
        switch (what)
        {
            case "!n": _networks = total; break;
            case "!d": _duplicates = total; break;
            case "!q": _quarantined = total; break;
            default: SetSymptom(SymptomOf(what), total); break;
        }
    }

    /// <summary>What is added twice adds up.</summary>
    public void Add(string what, long count)
    {
        switch (what)
        {
            case "!n": _networks += count; break;
            case "!d": _duplicates += count; break;
            case "!q": _quarantined += count; break;
            default: _symptoms.Add(new(SymptomOf(what), count)); break;
        }
    }

    public Tally Build() => Tally.Create(_symptoms, _networks, _duplicates, _quarantined);

    private static string SymptomOf(string what) => SharedTexts.Of(what.AsSpan(1));

    private void SetSymptom(string symptom, long total)
    {
        for (var i = 0; i < _symptoms.Count; i++)
        {
            if (_symptoms[i].Key != symptom) continue;
            _symptoms[i] = new(symptom, total);
            return;
        }

        _symptoms.Add(new(symptom, total));
    }
}
