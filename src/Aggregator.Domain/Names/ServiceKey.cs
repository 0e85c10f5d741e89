namespace Aggregator.Domain;

/// <summary>The name of a service as it appears in URLs: 1 to 64 lower-case letters, digits and dashes, not beginning with a dash.</summary>
public readonly record struct ServiceKey
{
    private ServiceKey(string value) => Value = value;

    public string Value { get; }

    /// <summary>Answers false, and the default key, for anything else than the shape above.</summary>
    public static bool TryParse(string? text, out ServiceKey key)
    {
        var valid = Shape.IsLowerKey(text, maxLength: 64);
        key = valid ? new(text!) : default;
        return valid;
    }

    /// <summary>Parses a key that is known to be well formed, such as one read back from the store.</summary>
    /// <exception cref="FormatException">The text is not a service key.</exception>
    public static ServiceKey Parse(string text) =>
        TryParse(text, out var key) ? key : throw new FormatException($"'{text}' is not a service key.");

    public override string ToString() => Value;
}
