namespace Aggregator.Domain;

/// <summary>Where a reporter is: an ISO 3166 code or an operator's own, 1 to 16 upper-case letters, digits and dashes.</summary>
public readonly record struct RegionCode
{
    private RegionCode(string value) => Value = value;

    public string Value { get; }

    /// <summary>The sum of all regions of a service. It can be read, never reported from.</summary>
    public static RegionCode All { get; } = new("ALL");

    /// <summary>Somewhere: the region of a report that names none.</summary>
    public static RegionCode Elsewhere { get; } = new("ZZ");

    public bool IsAll => Value == All.Value;

    /// <summary>Answers false, and the default code, for anything else than the shape above. Case matters.</summary>
    public static bool TryParse(string? text, out RegionCode code)
    {
        var valid = Shape.IsUpperCode(text, maxLength: 16);
        code = valid ? new(text!) : default;
        return valid;
    }

    /// <summary>Parses a code that is known to be well formed, such as one read back from the store.</summary>
    /// <exception cref="FormatException">The text is not a region code.</exception>
    public static RegionCode Parse(string text) =>
        TryParse(text, out var code) ? code : throw new FormatException($"'{text}' is not a region code.");

    public override string ToString() => Value;
}
