using System.Buffers;
using System.Net;
using System.Text;

namespace Aggregator.Simulator;

/// <summary>Writes the lines of a day's parts.</summary>
/// <remarks>All lines are equally long: one is written by copying a whole line and putting the service, the region and now and then the time into it.</remarks>
internal sealed class DayLines
{
    private const string Time = "yyyy-MM-ddTHH:mm:ssZ";

    private readonly DayPlan _plan;
    private readonly DateTimeOffset _start;
    private readonly byte[] _line;
    private readonly byte[][] _services, _regions;
    private readonly int _service, _region, _time;

    public DayLines(DayPlan plan, DateTimeOffset start)
    {
        (_plan, _start) = (plan, start);
        _services = [.. plan.Services.Select(Encoding.ASCII.GetBytes)];
        _regions = [.. DayPlan.Regions.Select(Encoding.ASCII.GetBytes)];
        _line = Encoding.ASCII.GetBytes($$"""{"service":"{{plan.Services[0]}}","region":"{{DayPlan.Regions[0]}}","at":"{{Time}}"}""" + '\n');
        _service = _line.AsSpan().IndexOf(_services[0]);
        _region = _line.AsSpan().LastIndexOf(_regions[0]);
        _time = _line.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Time));
    }

    public int LineLength => _line.Length;

    /// <summary>Writes as many lines as there are left and as have room.</summary>
    /// <param name="line">A line of one's own, from <see cref="Blank"/>, with the time it had last.</param>
    /// <returns>How many bytes were written; 0 at the end.</returns>
    public int Write(ref DayPlan.Reports reports, ref (byte[] Bytes, int Second) line, Span<byte> into)
    {
        var length = 0;
        for (var bytes = line.Bytes.AsSpan(); length + bytes.Length <= into.Length && reports.Next(); length += bytes.Length)
        {
            if (reports.Second is var second && second != line.Second)
            {
                _start.AddSeconds(second).UtcDateTime.TryFormat(bytes[_time..], out _, Time);
                line.Second = second;
            }

            var target = into.Slice(length, bytes.Length);
            bytes.CopyTo(target);
            _services[reports.Service].CopyTo(target[_service..]);
            _regions[reports.Region].CopyTo(target[_region..]);
        }

        return length;
    }

    /// <summary>A line to begin with.</summary>
    public (byte[] Bytes, int Second) Blank() => ([.. _line], -1);

    /// <summary>A part as the body of a request, drawn anew each time it is sent.</summary>
    public HttpContent Part(int part) => new Content(this, part);

    private sealed class Content : HttpContent
    {
        private const int BufferSize = 128 * 1024;

        private readonly DayLines _lines;
        private readonly int _part;

        public Content(DayLines lines, int part)
        {
            (_lines, _part) = (lines, part);
            Headers.ContentType = AggregatorClient.Ndjson;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                var (reports, line) = (_lines._plan.Part(_part), _lines.Blank());
                while (_lines.Write(ref reports, ref line, buffer) is > 0 and var length) await stream.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _lines._plan.ReportsIn(_part) * _lines.LineLength;
            return true;
        }
    }
}
