using System.Buffers;
using System.IO.Pipelines;
using CsCheck;

namespace Aggregator.Server.Tests;

public sealed class NdjsonReaderProperties
{
    private const int LineAtMost = 4;

    // A short limit and few kinds of bytes, so that ends, blanks and long lines meet often; few lengths of pieces, so that lines are cut everywhere.
    private static readonly Gen<byte[]> Bodies = Gen.Int[0, 6].Select(kind => (byte)"\n\r \tab{"[kind]).Array[0, 120];
    private static readonly Gen<int[]> Pieces = Gen.Int[1, 20].Array[1, 30];

    [Fact]
    public Task Lines_are_those_of_a_naive_split_wherever_the_body_is_cut() =>
        Gen.Select(Bodies, Pieces).SampleAsync(
            async (body, pieces) =>
            {
                Assert.Equal(Naive(body), await Read(AsItComes(body, pieces)));
                Assert.Equal(Naive(body), await Read(AtOnce(body, pieces)));
            },
            iter: 2000);

    [Fact]
    public Task A_byte_order_mark_belongs_to_no_line_wherever_it_is_cut() => Gen.Select(Bodies, Pieces).SampleAsync(
        async (body, pieces) =>
        {
            byte[] marked = [0xEF, 0xBB, 0xBF, .. body];
            Assert.Equal(Naive(body), await Read(AsItComes(marked, pieces)));
            Assert.Equal(Naive(body), await Read(AtOnce(marked, pieces)));
        },
        iter: 500);

    [Fact]
    public async Task Who_wants_no_more_lines_leaves_a_body_that_can_be_passed_over()
    {
        var body = PipeReader.Create(new Trickle("a\nb\nc\n"u8.ToArray(), [2]), new(bufferSize: 8, minimumReadSize: 1));
        await foreach (var _ in NdjsonReader.Lines(body, LineAtMost)) break;

        while (await body.ReadAsync() is { IsCompleted: false } rest) body.AdvanceTo(rest.Buffer.End);
    }

    private static List<(int, string?)> Naive(byte[] body)
    {
        var lines = Encoding.ASCII.GetString(body).Split('\n');
        return [.. lines.Select((line, i) => (i + 1, line.Length > LineAtMost ? null : line)).Where(line => line.Item2 is null || line.Item2.Trim(' ', '\t', '\r').Length > 0)];
    }

    private static PipeReader AsItComes(byte[] body, int[] pieces) => PipeReader.Create(new Trickle(body, pieces), new(bufferSize: 8, minimumReadSize: 1));

    private static PipeReader AtOnce(byte[] body, int[] pieces)
    {
        Piece first = new(default, 0), last = first;
        for (var (at, i) = (0, 0); at < body.Length; i++)
        {
            var next = new Piece(body.AsMemory(at, Math.Min(pieces[i % pieces.Length], body.Length - at)), at);
            last.Then(next);
            (last, at) = (next, at + next.Memory.Length);
        }

        return PipeReader.Create(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length));
    }

    private static async Task<List<(int, string?)>> Read(PipeReader body)
    {
        var lines = new List<(int, string?)>();
        await foreach (var (number, bytes) in NdjsonReader.Lines(body, LineAtMost)) lines.Add((number, bytes is { } line ? Encoding.ASCII.GetString(line.Span) : null));
        return lines;
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> bytes, long at) => (Memory, RunningIndex) = (bytes, at);

        public void Then(Piece next) => Next = next;
    }

    /// <summary>Gives a body in pieces of the given lengths, over and over.</summary>
    private sealed class Trickle(byte[] body, int[] pieces) : MemoryStream(body)
    {
        private int _piece;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieces[_piece++ % pieces.Length])], cancellationToken);
    }
}
