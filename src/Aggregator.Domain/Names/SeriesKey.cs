namespace Aggregator.Domain;

/// <summary>One counted series: a service in a region, written <c>service|REGION</c>.</summary>
public readonly record struct SeriesKey(ServiceKey Service, RegionCode Region)
{
    /// <exception cref="FormatException">The text is not <c>service|REGION</c>.</exception>
    public static SeriesKey Parse(string text)
    {
        var bar = text.IndexOf('|', StringComparison.Ordinal);
        if (bar < 0) throw new FormatException($"'{text}' is not a series: it has no '|'.");
        return new(ServiceKey.Parse(text[..bar]), RegionCode.Parse(text[(bar + 1)..]));
    }

    public override string ToString() => $"{Service}|{Region}";
}
