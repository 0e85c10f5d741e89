namespace Aggregator.Domain;

/// <summary>What does not work, such as <c>login</c>: 1 to 32 lower-case letters, digits and <c>- + _ .</c>, beginning with a letter or digit.</summary>
public readonly record struct SymptomKey
{
    private SymptomKey(string value) => Value = value;

    public string Value { get; }

    /// <summary>The symptom of a report that names none.</summary>
    public static SymptomKey Other { get; } = new("other");

    /// <summary>Answers false, and the default key, for anything else than the shape above.</summary>
    public static bool TryParse(string? text, out SymptomKey key)
    {
        var valid = Shape.IsSymptom(text, maxLength: 32);
        key = valid ? new(text!) : default;
        return valid;
    }

    public override string ToString() => Value;
}
