using System.Buffers.Text;
using System.Text;

namespace Aggregator.Simulator;

/// <summary>One HTTP/1.1 answer as it lies in a buffer.</summary>
/// <param name="length">Its bytes, head and body.</param>
/// <param name="closes">Whether the connection ends with it.</param>
internal readonly ref struct HttpAnswer(int status, ReadOnlySpan<byte> body, int length, bool closes)
{
    public int Status { get; } = status;

    /// <summary>With the marks between its chunks, if it has any.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;

    public int Length { get; } = length;

    public bool Closes { get; } = closes;

    /// <returns>False while it is not there as a whole.</returns>
    /// <exception cref="InvalidDataException">It is not HTTP/1.1.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out HttpAnswer answer)
    {
        answer = default;
        var head = bytes.IndexOf("\r\n\r\n"u8);
        if (head < 0) return false;
        if (!bytes.StartsWith("HTTP/1."u8) || !Utf8Parser.TryParse(bytes[9..12], out int status, out _)) throw new InvalidDataException("The answer is not HTTP/1.1.");

        var (length, chunked, closes) = (0, false, false);
        foreach (var range in bytes[..head].Split("\r\n"u8))
        {
            var line = bytes[range];
            if (Utf8Parser.TryParse(Field(line, "content-length:"u8), out int said, out _)) length = said;
            else if (Ascii.EqualsIgnoreCase(Field(line, "transfer-encoding:"u8), "chunked"u8)) chunked = true;
            else if (Ascii.EqualsIgnoreCase(Field(line, "connection:"u8), "close"u8)) closes = true;
        }

        var rest = bytes[(head + 4)..];
        if (chunked && !Chunks(rest, out length)) return false;
        if (rest.Length < length) return false;
        answer = new(status, rest[..length], head + 4 + length, closes);
        return true;
    }

    /// <summary>The outcome, or the word of the problem, or else the status.</summary>
    /// <param name="into">Where it is written, if there is room.</param>
    public ReadOnlySpan<char> Word(Span<char> into)
    {
        var mark = Status == 202 ? "\"outcome\":\""u8 : "urn:aggregator:"u8;
        if (Body.IndexOf(mark) is >= 0 and var found)
        {
            var word = Body[(found + mark.Length)..];
            if (word.IndexOf((byte)'"') is > 0 and var end && end <= into.Length && Ascii.ToUtf16(word[..end], into, out var written) == System.Buffers.OperationStatus.Done)
                return into[..written];
        }

        return Status.TryFormat(into, out var digits) ? into[..digits] : default;
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name) ? line[name.Length..].Trim((byte)' ') : default;

    private static bool Chunks(ReadOnlySpan<byte> body, out int length)
    {
        for (length = 0; ;)
        {
            var line = body[length..].IndexOf("\r\n"u8);
            if (line < 0) return false;
            if (!Utf8Parser.TryParse(body[length..(length + line)], out int size, out _, 'x')) throw new InvalidDataException("A chunk of the answer has no size.");
            length += line + 2 + size + 2;
            if (length > body.Length) return false;
            if (size == 0) return true;
        }
    }
}
