namespace Aggregator.Simulator;

/// <summary>A stream with a few bytes after its end.</summary>
internal sealed class Followed(Stream first, byte[] then) : ReadOnlyStream
{
    private int _told;

    public override int Read(Span<byte> buffer)
    {
        if (_told == 0 && first.Read(buffer) is > 0 and var read) return read;
        var length = Math.Min(buffer.Length, then.Length - _told);
        then.AsSpan(_told, length).CopyTo(buffer);
        _told += length;
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) first.Dispose();
        base.Dispose(disposing);
    }
}
