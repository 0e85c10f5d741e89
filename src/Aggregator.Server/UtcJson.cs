using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aggregator.Server;

/// <summary>Moments are written in UTC, with a <c>Z</c> (RFC 3339).</summary>
internal sealed class UtcJson : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);
}
