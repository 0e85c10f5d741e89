using System.Text;

namespace Aggregator.Simulator;

/// <summary>Reads comma-separated cells (RFC 4180, plain or gzip) one after the other, in bounded memory, and knows where it is.</summary>
internal sealed class CsvText : IDisposable
{
    private const int LongestCell = 1 << 20;

    private readonly string _path;
    private readonly StreamReader _reader;
    private readonly StringBuilder _quoted = new();
    private char[] _buffer = new char[1 << 15];
    private int _at;
    private int _filled;
    private bool _newLine = true;
    private int _linesInside;

    private CsvText(string path, Stream bytes) => (_path, _reader) = (path, new(bytes, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 15));

    /// <summary>The line of the cell read last, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Its place in the line, from 1.</summary>
    public int Column { get; private set; }

    /// <summary>It was the last of its line.</summary>
    public bool EndsLine => _newLine;

    /// <exception cref="UsageException">There is no such file.</exception>
    public static CsvText Open(string path)
    {
        if (!File.Exists(path)) throw new UsageException($"There is no file '{path}'.");
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return new(path, IsGzip(file) ? new WholeGzip(file) : file);
    }

    /// <summary>The next cell; false at the end of the file. It stands until the next call.</summary>
    public bool TryRead(out ReadOnlySpan<char> cell)
    {
        cell = default;
        if (_newLine)
        {
            if (_at == _filled && !Fill(_at)) return false;
            (_newLine, Line, Column) = (false, Line + _linesInside + 1, 0);
            _linesInside = 0;
        }

        Column++;
        cell = Plain(out var quoted);
        if (quoted) cell = Quoted();
        return true;
    }

    /// <summary>What is wrong with the cell read last.</summary>
    public UsageException Fault(string what) => new($"{_path}, line {Line}, column {Column}: {what}");

    /// <summary>What is wrong with its line.</summary>
    public UsageException LineFault(string what, int? line = null) => new($"{_path}, line {line ?? Line}: {what}");

    /// <summary>A cell as it may be repeated in a sentence.</summary>
    public static string Shown(ReadOnlySpan<char> cell)
    {
        var text = new StringBuilder(cell.Length > 40 ? $"{cell[..40]}..." : cell.ToString());
        for (var i = 0; i < text.Length; i++)
            if (char.IsControl(text[i]) || char.IsSurrogate(text[i])) text[i] = '?';
        return $"'{text}'";
    }

    public void Dispose() => _reader.Dispose();

    private ReadOnlySpan<char> Plain(out bool quoted)
    {
        quoted = false;
        var end = _at;
        while (true)
        {
            if (end == _filled)
            {
                var length = end - _at;
                if (!Fill(_at))
                {
                    _newLine = true;
                    return Take(length, 0);
                }

                end = length;
            }

            switch (_buffer[end])
            {
                case ',':
                    return Take(end - _at, 1);
                case '\n' or '\r':
                    return TakeLine(end - _at);
                case '"' when _buffer.AsSpan(_at, end - _at).IsWhiteSpace():
                    quoted = true;
                    _at = end + 1;
                    return default;
                default:
                    end++;
                    break;
            }
        }
    }

    private ReadOnlySpan<char> Quoted()
    {
        _quoted.Clear();
        while (true)
        {
            if (_at == _filled && !Fill(_at)) throw Fault("a quotation mark is opened and never closed.");
            var next = _buffer[_at++];
            if (next == '"')
            {
                if (!(_at < _filled || Fill(_at)) || _buffer[_at] != '"') break;
                _at++;
            }

            if (next == '\n') _linesInside++;
            if (_quoted.Append(next).Length > LongestCell) throw Fault("a quotation mark is opened and not closed for a million characters.");
        }

        if (!Plain(out var again).IsWhiteSpace() || again) throw Fault("after the closing quotation mark only a comma can follow.");
        return _quoted.ToString();
    }

    private ReadOnlySpan<char> Take(int length, int skip)
    {
        var cell = _buffer.AsSpan(_at, length);
        _at += length + skip;
        return cell;
    }

    private ReadOnlySpan<char> TakeLine(int length)
    {
        _newLine = true;
        if (_buffer[_at + length] == '\n') return Take(length, 1);

        // A carriage return ends a line, with or without a line feed after it.
        if (_at + length + 1 == _filled && !Fill(_at)) return Take(length, 1);
        return Take(length, _buffer[_at + length + 1] == '\n' ? 2 : 1);
    }

    // Reads on; what stands from a place on is kept and moves to the front.
    private bool Fill(int from)
    {
        var kept = _filled - from;
        if (kept > LongestCell) throw Fault("a cell of more than a million characters: this is no table of counts.");
        if (kept == _buffer.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
        Array.Copy(_buffer, from, _buffer, 0, kept);
        (_at, _filled) = (0, kept);
        try
        {
            var read = _reader.Read(_buffer, kept, _buffer.Length - kept);
            _filled += read;
            return read > 0;
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException)
        {
            throw new UsageException($"{_path}, after line {Line}: {(broken is InvalidDataException ? "the compressed data is damaged or cut short" : broken.Message)}.");
        }
    }

    private static bool IsGzip(FileStream file)
    {
        if (!file.CanSeek) return file.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        var gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return gzip;
    }
}
