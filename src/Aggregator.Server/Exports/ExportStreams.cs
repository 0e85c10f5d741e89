using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text;
using Aggregator.Grains;
using CsvHelper.Configuration;
using CsvHelper;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>What an export is written as.</summary>
internal enum ExportForm
{
    Csv,
    Ndjson,
}

internal static class ExportForms
{
    public const string Csv = "text/csv";
    public const string Ndjson = "application/x-ndjson";

    public static RouteParameter Format { get; } = new("format", "What is written; unless told, what Accept asks for, else csv.") { Words = ["csv", "ndjson"] };

    /// <summary>What <c>format</c> names, else what is accepted, else CSV.</summary>
    public static ExportForm Of(HttpRequest request, Queries query)
    {
        if (query.Text("format") is not { } format)
            return request.Headers.Accept.ToString() is var accepted && (accepted.Contains("ndjson", StringComparison.OrdinalIgnoreCase) || accepted.Contains("jsonl", StringComparison.OrdinalIgnoreCase))
                ? ExportForm.Ndjson : ExportForm.Csv;
        if (format is not ("csv" or "ndjson")) query.Faults["format"] = "'format' is csv or ndjson.";
        return format == "ndjson" ? ExportForm.Ndjson : ExportForm.Csv;
    }
}

/// <summary>How the rows of an export look as CSV.</summary>
internal sealed record ExportTable<T>(IReadOnlyList<string> Columns, Func<T, IReadOnlyList<object?>> Cells);

/// <summary>Writes rows page by page as they are read.</summary>
/// <remarks>
/// What cannot be read at all is a problem. What breaks off later breaks the connection, so that nobody takes a part for the whole.
/// CSV is that of RFC 4180, and a cell that a spreadsheet would take for a formula begins with an apostrophe.
/// </remarks>
internal sealed partial class ExportStreams(HttpLimits limits, IOptions<JsonOptions> json, TimeProvider clock, ILogger<ExportStreams> logger)
{
    private static readonly CsvConfiguration Csv = new(CultureInfo.InvariantCulture) { NewLine = "\r\n", InjectionOptions = InjectionOptions.Escape };

    /// <param name="name">Of the file, without its extension.</param>
    public async Task<IResult> Write<T>(HttpContext http, ExportForm form, string name, ExportTable<T> table, IAsyncEnumerable<IReadOnlyList<T>> pages)
    {
        if (Headers.AreAll(http))
        {
            Begin(http, form, name);
            return Results.Empty;
        }

        using var late = new CancellationTokenSource(limits.ExportWithin, clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(late.Token, http.RequestAborted);
        try
        {
            var isFirst = true;
            await foreach (var page in pages.WithCancellation(ending.Token))
            {
                if (isFirst) Begin(http, form, name);
                await http.Response.Body.WriteAsync(form == ExportForm.Csv ? AsCsv(page, table, isFirst) : AsNdjson(page), ending.Token);
                isFirst = false;
            }

            await http.Response.CompleteAsync();
        }
        catch (Exception error) when (error is OperationCanceledException || (http.Response.HasStarted && (error is OrleansException || StoreFaults.Caused(error))))
        {
            if (http.RequestAborted.IsCancellationRequested) LogLeft(http.Request.Path);
            else LogBrokenOff(http.Request.Path, late.IsCancellationRequested ? "it took too long" : error.Message);
            http.Abort();
        }

        return Results.Empty;
    }

    private static void Begin(HttpContext http, ExportForm form, string name)
    {
        var headers = http.Response.Headers;
        headers.ContentType = form == ExportForm.Csv ? ExportForms.Csv + "; charset=utf-8; header=present" : ExportForms.Ndjson;
        headers.ContentDisposition = $"attachment; filename=\"{name}.{(form == ExportForm.Csv ? "csv" : "ndjson")}\"";
        headers.CacheControl = "no-cache";
        headers.Append("Vary", "Accept");
    }

    private static ReadOnlyMemory<byte> AsCsv<T>(IReadOnlyList<T> page, ExportTable<T> table, bool isFirst)
    {
        var text = new StringBuilder();
        using (var writer = new CsvWriter(new StringWriter(text, CultureInfo.InvariantCulture), Csv))
        {
            if (isFirst)
            {
                foreach (var column in table.Columns) writer.WriteField(column);
                writer.NextRecord();
            }

            foreach (var row in page)
            {
                foreach (var cell in table.Cells(row)) writer.WriteField(Text(cell));
                writer.NextRecord();
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string? Text(object? cell) => cell switch
    {
        DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        _ => cell?.ToString(),
    };

    private ReadOnlyMemory<byte> AsNdjson<T>(IReadOnlyList<T> page)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(bytes);
        foreach (var row in page)
        {
            JsonSerializer.Serialize(writer, row, json.Value.SerializerOptions);
            writer.Flush();
            writer.Reset();
            bytes.Write("\n"u8);
        }

        return bytes.WrittenMemory;
    }

    [LoggerMessage(LogLevel.Warning, "The export {Path} was broken off: {Reason}")]
    private partial void LogBrokenOff(string path, string reason);

    [LoggerMessage(LogLevel.Debug, "The client left in the middle of the export {Path}")]
    private partial void LogLeft(string path);
}
