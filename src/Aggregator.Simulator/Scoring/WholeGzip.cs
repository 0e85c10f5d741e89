using System.IO.Compression;

namespace Aggregator.Simulator;

/// <summary>Reads gzip and notices where the end is missing, which <see cref="GZipStream"/> takes for the end.</summary>
/// <remarks>A last member is put behind the file, which holds one mark. Where the file is whole, the mark is the last byte that comes out.</remarks>
internal sealed class WholeGzip : ReadOnlyStream
{
    private const byte Mark = 4;
    private static readonly byte[] LastMember = Packed(Mark);

    private readonly GZipStream _gzip;
    private int _held = -1;

    public WholeGzip(Stream file) => _gzip = new(new Followed(file, LastMember), CompressionMode.Decompress);

    /// <exception cref="InvalidDataException">The file is damaged or cut short.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        if (_held < 0 && (_held = _gzip.ReadByte()) < 0) throw Short();

        // One byte is always held back: the last of them is the mark, not the file's.
        Span<byte> more = stackalloc byte[1];
        var rest = buffer.Length > 1 ? buffer[1..] : more;
        var read = _gzip.Read(rest);
        if (read == 0) return _held == Mark ? 0 : throw Short();
        var last = rest[read - 1];
        buffer[0] = (byte)_held;
        _held = last;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _gzip.Dispose();
        base.Dispose(disposing);
    }

    private static InvalidDataException Short() => new("The end is missing.");

    private static byte[] Packed(byte mark)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.WriteByte(mark);
        return packed.ToArray();
    }
}
