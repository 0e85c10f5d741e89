using System.ComponentModel.DataAnnotations;
using StackExchange.Redis;

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

    /// <summary>A store inside the server's process, on its own disk, or a Redis, which several servers share.</summary>
    public StoreMode Mode { get; set; } = StoreMode.Embedded;

    /// <summary>The Redis, as StackExchange.Redis writes it.</summary>
    /// <value>secret; such as `redis:6379,password=...`</value>
    public string? Connection { get; set; }

    /// <summary>Instead of <c>Connection</c>: the file that has it, read at start.</summary>
    /// <value>path</value>
    public string? ConnectionFile { get; set; }

    /// <summary>The folder of the embedded store and of an operator key that was made.</summary>
    /// <value>path</value>
    [Required]
    public string DataDirectory { get; set; } = "./data";

    /// <summary>The Redis that was named, here or in the file.</summary>
    /// <exception cref="IOException">There is no such file.</exception>
    public string ReadConnection() => !string.IsNullOrWhiteSpace(Connection) || string.IsNullOrWhiteSpace(ConnectionFile) ? Connection ?? "" : File.ReadAllText(ConnectionFile).Trim();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrWhiteSpace(Connection) && !string.IsNullOrWhiteSpace(ConnectionFile))
            yield return new($"{nameof(Connection)} and {nameof(ConnectionFile)} are both set; one of them names the Redis.", [nameof(ConnectionFile)]);

        if (Mode == StoreMode.Redis && FaultOfConnection() is var (member, fault)) yield return new(fault, [member]);
    }

    // What the library says of a connection is not told: it may repeat a part of the password.
    private (string Member, string Fault)? FaultOfConnection()
    {
        var member = string.IsNullOrWhiteSpace(ConnectionFile) ? nameof(Connection) : nameof(ConnectionFile);
        try
        {
            var connection = ReadConnection();
            if (string.IsNullOrWhiteSpace(connection)) return (member, $"It is empty; with {Section}:{nameof(Mode)}=Redis it names the Redis to use, for example localhost:6379.");
            return ConfigurationOptions.Parse(connection).EndPoints.Count > 0 ? null : (member, "It names no Redis; it begins with one, for example localhost:6379.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (member, error.Message);
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            return (member, "It cannot be read; it is written as localhost:6379,user=...,password=...,ssl=true.");
        }
    }
}
