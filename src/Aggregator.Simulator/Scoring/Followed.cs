namespace Aggregator.Simulator;

/// <summary>A stream with a few bytes after its end.</summary>
internal sealed class Followed(Stream first, byte[] then) : Stream
{
    private int _told;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (_told == 0 && first.Read(buffer) is > 0 and var read) return read;
        var length = Math.Min(buffer.Length, then.Length - _told);
        then.AsSpan(_told, length).CopyTo(buffer);
        _told += length;
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) first.Dispose();
        base.Dispose(disposing);
    }
}
