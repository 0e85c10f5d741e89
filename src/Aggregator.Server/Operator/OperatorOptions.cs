using System.ComponentModel.DataAnnotations;

namespace Aggregator.Server;

/// <summary>Who may operate.</summary>
public sealed class OperatorOptions : IValidatableObject
{
    public const string Section = "Operator";

    /// <summary>The key of all scopes; where neither it nor a file is named, one is made at the first start and kept in <c>operator.key</c> of the data directory, mode 600.</summary>
    /// <value>secret</value>
    public string? Key { get; set; }

    /// <summary>Instead of <c>Key</c>: the file that has it, read anew when it changes; two lines are two keys, both taken.</summary>
    /// <value>path</value>
    public string? KeyFile { get; set; }

    /// <summary>Whether anybody may read <c>/metrics</c>; otherwise a key with the scope <c>metrics</c>.</summary>
    public bool PublicMetrics { get; set; } = true;

    /// <summary>Further keys, for what may do less.</summary>
    /// <value>list</value>
    public IList<OperatorKeyOptions> Keys { get; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrWhiteSpace(Key) && !string.IsNullOrWhiteSpace(KeyFile))
            yield return new($"{nameof(Key)} and {nameof(KeyFile)} are both set; one of them has the key.", [nameof(KeyFile)]);
        if (OperatorKeyFile.FaultOf(KeyFile) is { } fault) yield return new(fault, [nameof(KeyFile)]);

        foreach (var name in Keys.Select(key => key.Name).Append(OperatorKeys.FirstName).GroupBy(name => name, StringComparer.Ordinal).Where(same => same.Key.Length > 0 && same.Count() > 1))
            yield return new($"'{name.Key}' is the name of two keys; '{OperatorKeys.FirstName}' is that of {nameof(Key)}.", [nameof(Keys)]);

        var values = Keys.Select(key => (key.Name, Values: OperatorKeyFile.KeysOf(key.Key, key.KeyFile))).Append((OperatorKeys.FirstName, OperatorKeyFile.KeysOf(Key, KeyFile)));
        foreach (var same in values.SelectMany(key => key.Item2.Distinct().Select(value => (key.Item1, value))).GroupBy(key => key.value, key => key.Item1, StringComparer.Ordinal).Where(same => same.Count() > 1))
            yield return new($"{string.Join(" and ", same.Select(name => $"'{name}'"))} are the same key.", [nameof(Keys)]);
    }
}

/// <summary>A key that may do some things.</summary>
public sealed class OperatorKeyOptions : IValidatableObject
{
    /// <summary>What the log calls it.</summary>
    [RegularExpression("^[a-z0-9][a-z0-9-]{0,63}$"), Required]
    public string Name { get; set; } = "";

    /// <summary>The key itself.</summary>
    /// <value>secret</value>
    public string? Key { get; set; }

    /// <summary>Instead of <c>Key</c>: as <c>Operator:KeyFile</c>.</summary>
    /// <value>path</value>
    public string? KeyFile { get; set; }

    /// <summary>What it may do: read what only operators see, bring reports in, change things, read the metrics, copy the store.</summary>
    /// <value>list; `read-private`, `collect`, `operate`, `metrics`, `backup`</value>
    public string[] Scopes { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Key) == string.IsNullOrWhiteSpace(KeyFile)) yield return new($"Either {nameof(Key)} or {nameof(KeyFile)} has the key.", [nameof(Key)]);
        if (OperatorKeyFile.FaultOf(KeyFile) is { } fault) yield return new(fault, [nameof(KeyFile)]);

        if (Scopes.Length == 0) yield return new($"A key without a scope opens nothing; the scopes are {OperatorScopes.Listed}.", [nameof(Scopes)]);
        foreach (var scope in Scopes.Except(OperatorScopes.All)) yield return new($"'{scope}' is no scope; the scopes are {OperatorScopes.Listed}.", [nameof(Scopes)]);
    }
}
