using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Aggregator.Server;

/// <summary>Reads the settings that are needed before anything is registered, and gathers all that is wrong with them.</summary>
/// <remarks>The framework's binder ends at the first value that it cannot read, its validator before the rules that look at several settings, and both pass over what nobody knows.</remarks>
internal sealed class Settings(IConfiguration configuration)
{
    private static readonly char[] BetweenItems = [',', ' '];

    private readonly List<string> _faults = [];

    public T Read<T>(string section) where T : class, new()
    {
        var options = new T();
        Fill(options, configuration.GetSection(section));
        return options;
    }

    public void Fault(string fault) => _faults.Add(fault);

    /// <exception cref="InvalidSettingsException">Something is wrong; the message says everything that is.</exception>
    public void ThrowIfFaulty()
    {
        if (_faults.Count > 0) throw new InvalidSettingsException(string.Join(Environment.NewLine, _faults));
    }

    private void Fill(object options, IConfigurationSection section)
    {
        var known = options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (var child in section.GetChildren())
        {
            if (known.FirstOrDefault(property => property.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)) is { } property) Set(options, property, child);
            else _faults.Add($"{child.Path}: There is no such setting; those of {section.Path} are {string.Join(", ", known.Select(one => one.Name))}.");
        }

        Check(options, section.Path);
    }

    private void Set(object options, PropertyInfo property, IConfigurationSection said)
    {
        if (property.GetValue(options) is IList { IsReadOnly: false, IsFixedSize: false } list)
        {
            foreach (var item in said.GetChildren())
            {
                var one = Activator.CreateInstance(property.PropertyType.GetGenericArguments()[0])!;
                Fill(one, item);
                list.Add(one);
            }

            if (!string.IsNullOrWhiteSpace(said.Value)) _faults.Add($"{said.Path}: It is a list; its first part is {said.Path}:0.");
            return;
        }

        // In one line, or one after the other.
        if (property.PropertyType == typeof(string[]) && said.Value is { } line)
        {
            property.SetValue(options, line.Split(BetweenItems, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            return;
        }

        if (property.PropertyType != typeof(string[]) && said.GetChildren().FirstOrDefault() is { } part)
        {
            _faults.Add($"{part.Path}: There is no such setting; {said.Path} is one value.");
            if (said.Value is null) return;
        }

        try
        {
            if (said.Get(property.PropertyType) is { } value) property.SetValue(options, value);
        }
        catch (InvalidOperationException)
        {
            _faults.Add($"{said.Path}: '{said.Value}' cannot be read; it is {What(property.PropertyType)}.");
        }
    }

    private void Check(object options, string path)
    {
        var results = new List<ValidationResult>();
        foreach (var property in options.GetType().GetProperties())
            Validator.TryValidateProperty(property.GetValue(options), new(options) { MemberName = property.Name }, results);

        if (options is IValidatableObject whole) results.AddRange(whole.Validate(new(options)));
        _faults.AddRange(results.Select(result => $"{path}:{string.Join(',', result.MemberNames)}: {result.ErrorMessage}"));
    }

    private static string What(Type type) => type switch
    {
        { IsEnum: true } => string.Join(" or ", Enum.GetNames(type)),
        _ when type == typeof(TimeSpan) => "a time such as 00:30:00",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(Uri) => "an address",
        _ => "a whole number",
    };
}

/// <summary>A server with these settings does not start.</summary>
internal sealed class InvalidSettingsException(string faults) : Exception($"These settings cannot be used:{Environment.NewLine}{faults}");
