using Microsoft.Extensions.Primitives;

namespace Aggregator.Server;

/// <summary>The entries of a list header, the last first, because the nearest proxy wrote the last; empty ones are left out.</summary>
/// <remarks>
/// A comma in quotes separates too. No address has one, and a quote that a client opens must not swallow what a proxy appends.
/// </remarks>
internal ref struct FromTheRight(StringValues lines)
{
    private int _lines = lines.Count;
    private ReadOnlySpan<char> _line;

    public ReadOnlySpan<char> Current { get; private set; }

    public readonly FromTheRight GetEnumerator() => this;

    public bool MoveNext()
    {
        while (true)
        {
            if (_line.IsEmpty)
            {
                if (_lines == 0) return false;
                _line = lines[--_lines];
            }

            var comma = _line.LastIndexOf(',');
            Current = _line[(comma + 1)..].Trim();
            _line = comma < 0 ? default : _line[..comma];
            if (!Current.IsEmpty) return true;
        }
    }
}
