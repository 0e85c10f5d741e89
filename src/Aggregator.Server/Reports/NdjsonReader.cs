using System.Buffers;
using System.IO.Pipelines;

namespace Aggregator.Server;

/// <summary>Reads a body line by line without ever holding more of it than a line.</summary>
internal static class NdjsonReader
{
    private static readonly string[] MediaTypes = ["application/x-ndjson", "application/ndjson", "application/jsonl"];

    public static bool Accepts(HttpRequest request) =>
        MediaTypes.Contains(request.ContentType?.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The lines that are not blank, each with its number from 1; a line longer than the limit comes without its bytes, whatever it holds.</summary>
    public static async IAsyncEnumerable<(int Number, ReadOnlyMemory<byte>? Bytes)> Lines(PipeReader body, int lineAtMost)
    {
        var number = 0;
        var skipping = false;
        while (true)
        {
            var read = await body.ReadAsync();
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                buffer = buffer.Slice(buffer.GetPosition(1, end));
                number++;
                if (skipping)
                {
                    skipping = false;
                    continue;
                }

                if (line.Length > lineAtMost) yield return (number, null);
                else if (!IsBlank(line)) yield return (number, Contiguous(line));
            }

            if (read.IsCompleted)
            {
                if (!skipping && buffer.Length > lineAtMost) yield return (number + 1, null);
                else if (!skipping && !IsBlank(buffer)) yield return (number + 1, Contiguous(buffer));
                body.AdvanceTo(buffer.End);
                yield break;
            }

            if (buffer.Length > lineAtMost)
            {
                // The rest of this line is passed over as it comes.
                if (!skipping) yield return (number + 1, null);
                skipping = true;
                body.AdvanceTo(buffer.End);
            }
            else
            {
                body.AdvanceTo(buffer.Start, buffer.End);
            }
        }
    }

    private static ReadOnlyMemory<byte> Contiguous(ReadOnlySequence<byte> line) => line.IsSingleSegment ? line.First : line.ToArray();

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var segment in line)
        {
            if (segment.Span.ContainsAnyExcept((byte)' ', (byte)'\t', (byte)'\r')) return false;
        }

        return true;
    }
}
