using System.Text;
using System.Text.Json;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>A line that can be appended.</summary>
/// <param name="At">Null where the line does not say.</param>
internal readonly record struct BulkReport(CatalogEntry Service, RegionCode Region, string Symptom, DateTimeOffset? At, int Count, string? Reporter, string? Network, string? ReporterBefore);

/// <summary>Reads and checks the lines of one bulk request, without allocating for those that name nobody.</summary>
internal sealed class BulkLineReader(CatalogNames catalog, TimeSpan dedupWindow)
{
    public const int LineAtMost = 4096;
    private const int CountAtMost = 1_000_000;
    private const int NameAtMost = 256;
    private const int LongestService = 64;
    private static readonly string[] FieldNames = ["service", "region", "symptom", "at", "reporter", "network", "count"];
    public static readonly TimeSpan Back = TimeSpan.FromHours(24);
    public static readonly TimeSpan Ahead = TimeSpan.FromSeconds(60);

    // A line's texts are never longer than the line. Reporter and network are kept with the service's name and a blank before them.
    private readonly char[] _text = new char[LineAtMost];
    private readonly byte[] _reporter = new byte[LongestService + 1 + LineAtMost];
    private readonly byte[] _network = new byte[LongestService + 1 + LineAtMost];
    private readonly byte[] _name = new byte[LineAtMost];
    private readonly char[] _symptom = new char[LineAtMost];

    /// <summary>The keys of the days that lines may be of; wanted once a line names somebody.</summary>
    public DayKeys? Keys { get; set; }

    /// <summary>Reads a line.</summary>
    /// <param name="report">What it says; where it names somebody on a day without a key, read it again with them.</param>
    /// <returns>Why it is refused, or null.</returns>
    public (LineReason Reason, string Detail)? Read(ReadOnlySpan<byte> line, DateTimeOffset now, out BulkReport report, out bool wantsKeys)
    {
        (report, wantsKeys) = (default, false);
        if (ReadFields(line, out var fields) is { } fault) return fault;
        if (fields.Service is not { } service) return (LineReason.UnknownService, "'service' is missing, or not in the catalog.");
        if (fields.Region is not { } region) return (LineReason.UnknownRegion, "'region' is missing, or not a region of the catalog.");
        if (SymptomOf(service, fields) is not { } symptom) return (LineReason.UnknownSymptom, $"'symptom' is one of {string.Join(", ", service.Service.Symptoms)}.");
        if (fields.At < now - Back) return (LineReason.TooOld, "'at' is more than 24 hours back.");
        if (fields.At > now + Ahead) return (LineReason.FromFuture, "'at' is more than 60 seconds ahead.");
        if (fields.Count is < 1 or > CountAtMost) return (LineReason.BadCount, $"'count' is 1 to {CountAtMost}.");
        if (fields is { Count: > 1, Reporter: >= 0 }) return (LineReason.BadCount, "'count' is 1 where there is a 'reporter': one reporter is one report.");
        if (!IsName(_reporter, fields.Reporter) || !IsName(_network, fields.Network)) return (LineReason.BadReporter, $"'reporter' and 'network' have 1 to {NameAtMost} characters.");

        report = new(service, region, symptom, fields.At, fields.Count, null, null, null);
        if (fields.Reporter < 0 && fields.Network < 0) return null;

        if (Keys?.Around(fields.At ?? now, dedupWindow) is not { } names)
        {
            wantsKeys = true;
            return null;
        }

        report = report with
        {
            Reporter = fields.Reporter < 0 ? null : names.Pseudonym(Named(service, _reporter, fields.Reporter)),
            ReporterBefore = fields.Reporter < 0 ? null : names.PseudonymBefore(Named(service, _reporter, fields.Reporter)),
            Network = fields.Network < 0 ? null : names.Pseudonym(Named(service, _network, fields.Network)),
        };
        return null;
    }

    private (LineReason, string)? ReadFields(ReadOnlySpan<byte> line, out Fields fields)
    {
        fields = new();
        var json = new Utf8JsonReader(line);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return (LineReason.BadJson, "A line is a JSON object.");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (ReadField(ref json, ref fields) is { } fault) return fault;
            }

            json.Read();
            return null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second kind: text that is no UTF-8, or half of a surrogate pair.
            return (LineReason.BadJson, $"Not the JSON that is wanted: see byte {json.BytesConsumed}.");
        }
    }

    /// <summary>Reads one field. Names are told apart as in the other bodies: whatever their case, and with escapes or without.</summary>
    private (LineReason, string)? ReadField(ref Utf8JsonReader json, ref Fields fields)
    {
        var name = json.ValueIsEscaped ? _name.AsSpan(0, json.CopyString(_name)) : json.ValueSpan;
        if (FieldOf(name) is not { } field) return (LineReason.UnknownField, $"'{Encoding.UTF8.GetString(name)}' is not known here; a line has {string.Join(", ", FieldNames)}.");

        json.Read();
        var absent = json.TokenType == JsonTokenType.Null;
        var isRight = absent || json.TokenType == (field == "count" ? JsonTokenType.Number : JsonTokenType.String);
        if (isRight && ReadValue(ref json, field, absent, ref fields)) return null;
        return (LineReason.BadJson, isRight && field == "at" ? $"'at' is {Rfc3339.Rule}." : $"Not the JSON that is wanted: see $.{field}, byte {json.TokenStartIndex}.");
    }

    /// <summary>Reads the value of a field; false if it cannot be one.</summary>
    private bool ReadValue(ref Utf8JsonReader json, string field, bool absent, ref Fields fields)
    {
        switch (field)
        {
            case "service": fields.Service = absent ? null : catalog.Service(Text(ref json)); break;
            case "region": fields.Region = absent ? null : catalog.Region(Text(ref json)); break;
            case "symptom": fields.Symptom = absent ? -1 : json.CopyString(_symptom); break;
            case "reporter": fields.Reporter = absent ? -1 : json.CopyString(_reporter.AsSpan(LongestService + 1)); break;
            case "network": fields.Network = absent ? -1 : json.CopyString(_network.AsSpan(LongestService + 1)); break;
            case "at" when absent: fields.At = null; break;
            case "at":
                if (!Rfc3339.TryRead(ref json, out var at)) return false;
                fields.At = at;
                break;
            case "count" when absent: fields.Count = 1; break;
            case "count":
                if (!json.TryGetInt32(out var count)) return false;
                fields.Count = count;
                break;
        }

        return true;
    }

    private static string? FieldOf(ReadOnlySpan<byte> name) =>
        Is(name, "service"u8) ? "service" : Is(name, "region"u8) ? "region" : Is(name, "symptom"u8) ? "symptom" : Is(name, "at"u8) ? "at"
        : Is(name, "reporter"u8) ? "reporter" : Is(name, "network"u8) ? "network" : Is(name, "count"u8) ? "count" : null;

    private ReadOnlySpan<char> Text(ref Utf8JsonReader json) => _text.AsSpan(0, json.CopyString(_text));

    private string? SymptomOf(CatalogEntry service, in Fields fields)
    {
        if (fields.Symptom < 0) return SymptomKey.Other.Value;
        var text = _symptom.AsSpan(0, fields.Symptom);
        foreach (var symptom in service.Service.Symptoms)
        {
            if (text.SequenceEqual(symptom)) return symptom;
        }

        return null;
    }

    /// <summary>The service's name, a blank and the name: nobody is known across services.</summary>
    private static ReadOnlySpan<byte> Named(CatalogEntry service, byte[] buffer, int length)
    {
        var name = service.Key.Value;
        var begin = LongestService - name.Length;
        Encoding.ASCII.GetBytes(name, buffer.AsSpan(begin));
        buffer[LongestService] = (byte)' ';
        return buffer.AsSpan(begin..(LongestService + 1 + length));
    }

    private static bool IsName(byte[] buffer, int length) =>
        length is < 0 or (> 0 and <= NameAtMost) || (length > 0 && Encoding.UTF8.GetCharCount(buffer.AsSpan(LongestService + 1, length)) <= NameAtMost);

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> field) => Ascii.EqualsIgnoreCase(name, field);

    /// <summary>What a line says; of texts only how long they are, less than 0 where there is none.</summary>
    private struct Fields()
    {
        public CatalogEntry? Service;
        public RegionCode? Region;
        public DateTimeOffset? At;
        public int Count = 1;
        public int Symptom = -1;
        public int Reporter = -1;
        public int Network = -1;
    }
}
