namespace Aggregator.Server;

/// <summary>One proxy's part of a <c>Forwarded</c> header (RFC 7239), such as <c>for=192.0.2.60;proto=https;by=203.0.113.43</c>.</summary>
internal static class ForwardedElement
{
    /// <returns>The value of a parameter; empty if it is missing, is there twice, or the element breaks off within a quote.</returns>
    public static ReadOnlySpan<char> ValueOf(ReadOnlySpan<char> element, ReadOnlySpan<char> name)
    {
        if (element.Count('"') % 2 != 0) return [];

        ReadOnlySpan<char> found = [];
        foreach (var range in element.Split(';'))
        {
            var pair = element[range].Trim();
            if (pair.IndexOf('=') is not (> 0 and var equals) || !pair[..equals].TrimEnd().Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            if (!found.IsEmpty) return [];
            found = pair[(equals + 1)..].Trim();
        }

        return found.Trim('"');
    }
}
