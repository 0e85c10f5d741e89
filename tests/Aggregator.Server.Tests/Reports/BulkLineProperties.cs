using System.Text.Json.Nodes;
using CsCheck;

namespace Aggregator.Server.Tests;

/// <summary>The reader of bulk lines against a plain one: what a document of the same line says, however it is written.</summary>
public sealed class BulkLineProperties
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly CatalogNames Names = new([new("x", "X", "tests", null, ["app", "log in", "other"]), new("b-2", "B", "tests", null, ["other"])], ["US", "GB", "ALL"]);

    private static readonly Gen<JsonNode?> Values = Gen.OneOf<JsonNode?>(
        Gen.OneOf("x", "b-2", "US", "GB", "ALL", "app", "log in", "other", "nobody", "", "Zürich", "2026-11-22T11:59:00Z", "2026-11-22T12:00:30+00:00", "2026-11-20T00:00:00Z", "2026-11-22t11:59:00z", "2026-11-22T11:59:00", "yesterday").Select(text => (JsonNode?)JsonValue.Create(text)),
        Gen.Int[-1, 3].Select(number => (JsonNode?)JsonValue.Create(number)),
        Gen.OneOf(1.5, 1e30).Select(number => (JsonNode?)JsonValue.Create(number)),
        Gen.Bool.Select(truth => (JsonNode?)JsonValue.Create(truth)),
        Gen.OneOf("[1]", "{\"region\":\"US\"}", "null").Select(json => JsonNode.Parse(json)));

    private static readonly Gen<(string Name, JsonNode? Value)> Fields = Gen.Select(
        Gen.OneOf("service", "region", "symptom", "at", "count", "reporter", "network", "other"), Gen.Bool, Values,
        (name, right, value) => (name, right ? Right(name) : value));

    /// <summary>The same text with some of its letters as escapes.</summary>
    private static readonly Gen<Func<string, string>> Spellings = Gen.OneOf<Func<string, string>>(
        text => text, text => text.Replace("S", "\\u0053", StringComparison.Ordinal).Replace("p", "\\u0070", StringComparison.Ordinal));

    [Fact]
    public void A_line_says_what_a_document_of_it_says() => Gen.Select(Fields.Array[0, 9], Spellings).Sample((fields, spell) =>
    {
        var line = "{" + string.Join(',', fields.Select(field => $"\"{field.Name}\": {spell(field.Value?.ToJsonString() ?? "null")}")) + "}";
        var last = new Dictionary<string, JsonNode?>();
        foreach (var (name, value) in fields) last[name] = value;

        var fault = new BulkLineReader(Names, TimeSpan.FromMinutes(30)).Read(Encoding.UTF8.GetBytes(line), Now, out var report, out var wantsKeys);

        Assert.Equal(Expected(fields, last), fault?.Reason);
        if (fault is not null) return;
        Assert.Equal((string)last["service"]!, report.Service.Key.Value);
        Assert.Equal((string)last["region"]!, report.Region.Value);
        Assert.Equal((string?)last.GetValueOrDefault("symptom") ?? "other", report.Symptom);
        Assert.Equal((int?)last.GetValueOrDefault("count") ?? 1, report.Count);
        Assert.Equal((string?)last.GetValueOrDefault("at") is { } at ? DateTimeOffset.Parse(at.ToUpperInvariant(), System.Globalization.CultureInfo.InvariantCulture) : null, report.At);
        Assert.Equal(last.GetValueOrDefault("reporter") is not null || last.GetValueOrDefault("network") is not null, wantsKeys);
    }, iter: 20_000);

    [Theory]
    [InlineData("{\"service\":\"\\ud800\"}")]
    [InlineData("{\"service\":\"x\"} {}")]
    [InlineData("{\"service\":\"x\",}")]
    [InlineData("{'service':\"x\"}")]
    [InlineData("")]
    public void What_is_no_json_is_bad_json(string line) => Assert.Equal(LineReason.BadJson, Read(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Text_that_is_no_utf8_is_bad_json() => Assert.Equal(LineReason.BadJson, Read([.. "{\"region\":\""u8, 0xC3, 0x28, .. "\"}"u8]));

    [Fact]
    public void A_name_is_measured_in_characters()
    {
        string Line(int length) => $$"""{"service":"x","region":"US","network":"{{new string('ü', length)}}"}""";
        Assert.Null(Read(Encoding.UTF8.GetBytes(Line(256))));
        Assert.Equal(LineReason.BadReporter, Read(Encoding.UTF8.GetBytes(Line(257))));
    }

    private static LineReason? Read(byte[] line) => new BulkLineReader(Names, TimeSpan.FromMinutes(30)).Read(line, Now, out _, out _)?.Reason;

    private static JsonNode Right(string name) => name switch
    {
        "service" => "x",
        "region" => "US",
        "symptom" => "app",
        "at" => "2026-11-22T11:00:00Z",
        "count" => 1,
        _ => "somebody",
    };

    private static LineReason? Expected((string Name, JsonNode? Value)[] fields, Dictionary<string, JsonNode?> last)
    {
        // A wrong name or type is told wherever it stands, even where a later field of the name would be right.
        if (fields.FirstOrDefault(field => !IsOfItsType(field.Name, field.Value)).Name is { } wrong) return wrong == "other" ? LineReason.UnknownField : LineReason.BadJson;
        if ((string?)last.GetValueOrDefault("service") is not ("x" or "b-2")) return LineReason.UnknownService;
        if ((string?)last.GetValueOrDefault("region") is not ("US" or "GB")) return LineReason.UnknownRegion;
        if ((string?)last.GetValueOrDefault("symptom") is { } symptom && !Names.Service((string)last["service"]!)!.Service.Symptoms.Contains(symptom)) return LineReason.UnknownSymptom;
        if ((string?)last.GetValueOrDefault("at") == "2026-11-20T00:00:00Z") return LineReason.TooOld;
        if (((int?)last.GetValueOrDefault("count") ?? 1) is var count && count < 1) return LineReason.BadCount;
        if (count > 1 && last.GetValueOrDefault("reporter") is not null) return LineReason.BadCount;
        return (string?)last.GetValueOrDefault("reporter") == "" || (string?)last.GetValueOrDefault("network") == "" ? LineReason.BadReporter : null;
    }

    private static bool IsOfItsType(string name, JsonNode? value) => (name, value?.GetValueKind()) switch
    {
        ("other", _) => false,
        (_, null) => true,
        ("count", JsonValueKind.Number) => value!.AsValue().TryGetValue<int>(out _) && !value.ToJsonString().Contains('E', StringComparison.Ordinal),
        ("at", JsonValueKind.String) => Rfc3339.TryParse((string)value!, out _),
        ("count", _) => false,
        (_, JsonValueKind.String) => true,
        _ => false,
    };
}
