using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aggregator.Server;

/// <summary>Moments are read with their offset, and written in UTC with a <c>Z</c> (RFC 3339).</summary>
internal sealed class UtcJson : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Rfc3339.TryRead(ref reader, out var moment) ? moment : throw new JsonException($"Not {Rfc3339.Rule}.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);
}
