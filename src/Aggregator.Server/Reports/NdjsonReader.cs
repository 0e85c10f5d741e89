using System.Buffers;
using System.IO.Pipelines;

namespace Aggregator.Server;

/// <summary>Reads a body line by line without ever holding more of it than a line.</summary>
internal static class NdjsonReader
{
    /// <summary>What some editors and spreadsheets put before the first line.</summary>
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Whether the body is declared as lines; a charset beside it means nothing, since JSON is UTF-8 (RFC 8259).</summary>
    public static bool Accepts(HttpRequest request) =>
        MediaTypes.Ndjson.Contains(request.ContentType?.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The lines that are not blank, each with its number from 1; a line longer than the limit comes without its bytes, whatever it holds. A byte order mark belongs to no line.</summary>
    public static async IAsyncEnumerable<(int Number, ReadOnlyMemory<byte>? Bytes)> Lines(PipeReader body, int lineAtMost)
    {
        using var bytes = new OneRead(body);
        var number = 0;
        var skipping = false;
        while (true)
        {
            var read = await bytes.Next();
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = WithoutMark(buffer.Slice(0, end), number);
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
                var line = WithoutMark(buffer, number);
                if (!skipping && line.Length > lineAtMost) yield return (number + 1, null);
                else if (!skipping && !IsBlank(line)) yield return (number + 1, Contiguous(line));
                bytes.AdvanceTo(buffer.End);
                yield break;
            }

            if (WithoutMark(buffer, number).Length > lineAtMost)
            {
                // The rest of this line is passed over as it comes.
                if (!skipping) yield return (number + 1, null);
                skipping = true;
                bytes.AdvanceTo(buffer.End);
            }
            else
            {
                bytes.AdvanceTo(buffer.Start, buffer.End);
            }
        }
    }

    /// <summary>Gives back what was read when nobody wants more lines: else the server cannot pass over the rest of the body.</summary>
    private sealed class OneRead(PipeReader body) : IDisposable
    {
        private ReadOnlySequence<byte>? _open;

        public async ValueTask<ReadResult> Next()
        {
            var read = await body.ReadAsync();
            _open = read.Buffer;
            return read;
        }

        public void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            _open = null;
            body.AdvanceTo(consumed, examined);
        }

        public void Dispose()
        {
            if (_open is { } left) AdvanceTo(left.End);
        }
    }

    /// <param name="number">How many lines came before.</param>
    private static ReadOnlySequence<byte> WithoutMark(ReadOnlySequence<byte> line, int number)
    {
        if (number > 0 || line.Length < ByteOrderMark.Length) return line;

        Span<byte> begin = stackalloc byte[ByteOrderMark.Length];
        line.Slice(0, begin.Length).CopyTo(begin);
        return begin.SequenceEqual(ByteOrderMark) ? line.Slice(begin.Length) : line;
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
