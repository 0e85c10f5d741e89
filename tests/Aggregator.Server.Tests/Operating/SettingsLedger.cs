using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>The table of settings in README.md says what the options classes say.</summary>
public sealed partial class SettingsLedger
{
    private const string Begin = "<!-- settings -->\n", End = "<!-- /settings -->";

    private static readonly Assembly[] Assemblies = [typeof(StoreOptions).Assembly, typeof(OperatorOptions).Assembly];

    [Fact]
    public async Task Every_setting_is_in_the_table_with_its_unit_range_default_and_reason_and_nothing_else_is()
    {
        var file = Repository.File("README.md");
        var readme = await File.ReadAllTextAsync(file);
        var (begin, end) = (readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, readme.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin >= Begin.Length && end >= begin, "README.md has no place for the settings.");

        var table = Table();
        if (Environment.GetEnvironmentVariable("UPDATE_LEDGERS") == "1") await File.WriteAllTextAsync(file, readme = readme[..begin] + table + readme[end..]);
        Assert.Equal(table, readme[begin..readme.IndexOf(End, StringComparison.Ordinal)]);
    }

    private static string Table()
    {
        var sections = Assemblies.SelectMany(assembly => assembly.GetTypes())
            .Select(type => (Type: type, Section: type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string))
            .Where(one => one.Section is not null).OrderBy(one => one.Section, StringComparer.Ordinal).ToList();
        Assert.Contains(sections, one => one.Section == "Operator");

        var docs = Assemblies.SelectMany(assembly => XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member"))
            .Where(member => member.Attribute("name")!.Value.StartsWith("P:", StringComparison.Ordinal)).ToDictionary(member => member.Attribute("name")!.Value);
        var table = new StringBuilder("| Setting | Unit | Range | Default | Why |\n|---|---|---|---|---|\n");
        foreach (var (type, section) in sections) Write(table, type, section!, docs);
        return table.ToString();
    }

    private static void Write(StringBuilder table, Type type, string path, Dictionary<string, XElement> docs)
    {
        var fresh = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties())
        {
            Assert.True(docs.TryGetValue($"P:{type.FullName}.{property.Name}", out var doc), $"{path}:{property.Name} has no documentation.");
            var value = Text(doc.Element("value")).Split(';', 2, StringSplitOptions.TrimEntries);
            var parts = property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(IList<>) ? property.PropertyType.GetGenericArguments()[0] : null;
            var range = Range(property) is { Length: > 0 } said ? said : value.Length > 1 ? value[1] : "";
            table.Append(CultureInfo.InvariantCulture, $"| `{path}:{property.Name}` | {(value[0].Length > 0 ? value[0] : Unit(property.PropertyType))} | {range} | {Default(property.GetValue(fresh))} | {Text(doc.Element("summary"))} |\n");
            if (parts is not null) Write(table, parts, $"{path}:{property.Name}:0", docs);
        }
    }

    private static string Unit(Type type) => type.IsEnum || type == typeof(bool) ? "word" : type == typeof(string) ? "text" : throw new InvalidOperationException($"Of {type} the unit must be said: <value>.");

    private static string Range(PropertyInfo property) => property switch
    {
        _ when property.GetCustomAttribute<RangeAttribute>() is { } range => string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}"),
        _ when property.GetCustomAttribute<RegularExpressionAttribute>() is { } shape => $"`{shape.Pattern}`",
        { PropertyType.IsEnum: true } => string.Join(", ", Enum.GetNames(property.PropertyType).Select(name => $"`{name}`")),
        _ when property.PropertyType == typeof(bool) => "`true`, `false`",
        _ => "",
    };

    private static string Default(object? value) => value switch
    {
        null or "" or ICollection { Count: 0 } => "none",
        bool => value.Equals(true) ? "`true`" : "`false`",
        _ => string.Create(CultureInfo.InvariantCulture, $"`{value}`"),
    };

    private static string Text(XElement? doc) => doc is null ? "" : Spaces().Replace(string.Concat(doc.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")!.Value.Split('.')[^1]}`",
        _ => ((XText)node).Value,
    })), " ").Trim();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
