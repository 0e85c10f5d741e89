using System.ComponentModel.DataAnnotations;

namespace Aggregator.Grains;

/// <summary>Which store serves.</summary>
public enum StoreMode
{
    /// <summary>A store inside the server's own process, on its own disk.</summary>
    Embedded,

    /// <summary>A Redis somewhere.</summary>
    Redis,
}

/// <summary>Where reports are kept.</summary>
public sealed class StoreOptions : IValidatableObject
{
    public const string Section = "Store";

    /// <summary>Default: <see cref="StoreMode.Embedded"/>.</summary>
    public StoreMode Mode { get; set; } = StoreMode.Embedded;

    /// <summary>With <see cref="StoreMode.Redis"/>: its StackExchange.Redis configuration string, for example <c>redis:6379</c>.</summary>
    public string? Connection { get; set; }

    /// <summary>The folder of the embedded store and of the operator key. Default <c>./data</c>.</summary>
    [Required]
    public string DataDirectory { get; set; } = "./data";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Mode == StoreMode.Redis && string.IsNullOrWhiteSpace(Connection))
            yield return new($"{Section}:{nameof(Connection)} is empty; with {Section}:{nameof(Mode)}=Redis it names the Redis to use, for example localhost:6379.", [nameof(Connection)]);
    }
}
