using System.Buffers;
using System.Globalization;
using System.Net;

namespace Aggregator.Simulator;

/// <summary>A piece of the day as a body: written while it is sent, and the same however often that is.</summary>
/// <remarks>It shares the machine with what it measures: a line is four copies and two draws.</remarks>
internal sealed class PieceContent : HttpContent
{
    private const int Write = 64 * 1024;
    private const int LineAtMost = 256;
    private const string Second = "yyyy-MM-dd'T'HH:mm:ss'Z\"}\n'";

    private readonly DayPlan _plan;
    private readonly int _piece;
    private readonly Action<int> _written;

    public PieceContent(DayPlan plan, int piece, Action<int> written)
    {
        (_plan, _piece, _written) = (plan, piece, written);
        Counts = new int[plan.Cells];
        Headers.ContentType = AggregatorClient.Ndjson;
    }

    /// <summary>Reports by service and region, of the last time it was written.</summary>
    public int[] Counts { get; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // A request may be sent again on another connection, without a new content.
        Array.Clear(Counts);
        var buffer = ArrayPool<byte>.Shared.Rent(Write);
        try
        {
            var pen = new Pen(_plan, _piece, Counts);
            for (int bytes; (bytes = pen.Fill(buffer.AsSpan(0, Write), out var lines)) > 0; _written(lines))
                await stream.WriteAsync(buffer.AsMemory(0, bytes), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    /// <summary>Where the writing has got to.</summary>
    private sealed class Pen(DayPlan plan, int piece, int[] counts)
    {
        private readonly Dice _dice = new(plan.Options.Seed, "day", piece.ToString(CultureInfo.InvariantCulture));
        private readonly byte[] _time = new byte[32];
        private readonly long _end = (long)piece * DayPlan.PieceReports + plan.ReportsOf(piece);
        private long _next = (long)piece * DayPlan.PieceReports;
        private long _until;
        private int _second = -1;
        private int _timeLength;

        /// <summary>Fills the buffer with whole lines; 0 at the end of the piece.</summary>
        public int Fill(Span<byte> buffer, out int lines)
        {
            var (length, first) = (0, _next);
            var (symptoms, regions) = (plan.Tails.Length, plan.Regions.Length);
            for (; _next < _end && length <= buffer.Length - LineAtMost; _next++)
            {
                if (_next >= _until) Turn();
                var (service, symptom) = Math.DivRem(plan.Lots.Draw(_dice.Bits()), symptoms);
                var region = plan.RegionLots.Draw(_dice.Bits());
                counts[service * regions + region]++;
                length = Put(plan.Heads[service], buffer, length);
                length = Put(plan.Regions[region], buffer, length);
                length = Put(plan.Tails[symptom], buffer, length);
                length = Put(_time.AsSpan(0, _timeLength), buffer, length);
            }

            lines = (int)(_next - first);
            return length;
        }

        private static int Put(ReadOnlySpan<byte> text, Span<byte> buffer, int at)
        {
            text.CopyTo(buffer[at..]);
            return at + text.Length;
        }

        /// <summary>Goes on to the second of the next report.</summary>
        private void Turn()
        {
            _second = _second < 0 ? plan.SecondOf(_next) : _second + 1;
            while (plan.Until(_second) <= _next) _second++;
            _until = plan.Until(_second);
            plan.Start.AddSeconds(_second).UtcDateTime.TryFormat(_time, out _timeLength, Second, CultureInfo.InvariantCulture);
        }
    }
}
