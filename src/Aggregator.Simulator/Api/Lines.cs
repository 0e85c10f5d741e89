using System.Buffers;
using System.Text.Json;

namespace Aggregator.Simulator;

/// <summary>Writes NDJSON bodies.</summary>
internal static class Lines
{
    /// <param name="reports">The reports; those that are late by more than <paramref name="lateness"/> say when they were made, the others are of now.</param>
    public static byte[] Of(IEnumerable<LiveReport> reports, DateTimeOffset now, TimeSpan lateness) => Write(reports, (json, report) =>
    {
        json.WriteString("service", report.Service);
        json.WriteString("region", report.Region);
        if (report.Symptom is not null) json.WriteString("symptom", report.Symptom);
        if (now - report.Due > lateness) json.WriteString("at", report.Due.UtcDateTime);
        if (report.Reporter is not null) json.WriteString("reporter", report.Reporter);
        if (report.Network is not null) json.WriteString("network", report.Network);
        if (report.Count != 1) json.WriteNumber("count", report.Count);
    });

    public static byte[] Of(IEnumerable<HistoryLine> history) => Write(history, (json, line) =>
    {
        json.WriteString("service", line.Key.Service.Value);
        json.WriteString("region", line.Key.Region.Value);
        json.WriteString("from", line.From.UtcDateTime);
        json.WriteString("interval", "1m");
        json.WriteStartArray("counts");
        foreach (var count in line.Counts) json.WriteNumberValue(count);
        json.WriteEndArray();
    });

    private static byte[] Write<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(buffer);
        foreach (var item in items)
        {
            json.Reset();
            json.WriteStartObject();
            fields(json, item);
            json.WriteEndObject();
            json.Flush();
            buffer.Write("\n"u8);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
