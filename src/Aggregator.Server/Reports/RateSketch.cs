using System.Runtime.InteropServices;

namespace Aggregator.Server;

/// <summary>Lets each of any number of senders do something so often in a window, in a fixed amount of memory.</summary>
/// <remarks>
/// A count-min sketch (Cormode and Muthukrishnan, 2005) with conservative update (Estan and Varghese, 2002): a sender has one counter in each
/// of four rows, picked by a hash that is keyed anew in each process, and counts as the least of them. Others may share some of its counters,
/// so it can be refused too early, but only where all four were used up; it is never let through too often.
/// A sender's hash also says when its windows begin, so that they do not all end at once, and only senders with the same beginning share counters.
/// What was refused is not counted. As with every fixed window, the end of one and the beginning of the next may both be used up.
/// </remarks>
internal sealed class RateSketch
{
    private const int PhaseBits = 6, ColumnBits = 11, Rows = 4;
    private const int Phases = 1 << PhaseBits, Columns = 1 << ColumnBits;

    private readonly int _limit;
    private readonly long _window;
    private readonly TimeProvider _clock;
    private readonly long _begun;
    private readonly Phase[] _phases;

    /// <param name="limit">How often in a window; 0: as often as one likes, for which nothing is kept.</param>
    public RateSketch(int limit, TimeSpan window, TimeProvider clock)
    {
        (_limit, _window, _clock, _begun) = (limit, window.Ticks, clock, clock.GetTimestamp());
        _phases = limit == 0 ? [] : [.. Enumerable.Range(0, Phases).Select(_ => new Phase())];
    }

    public int Limit => _limit;

    /// <summary>Asks to be let through once.</summary>
    /// <returns>Zero where it is; otherwise the time until its window ends.</returns>
    public TimeSpan Take(ulong sender) => Ask(sender, takes: true);

    /// <summary>What <see cref="Take"/> would answer, without having asked.</summary>
    public TimeSpan WaitOf(ulong sender) => Ask(sender, takes: false);

    private TimeSpan Ask(ulong sender, bool takes)
    {
        if (_limit == 0) return TimeSpan.Zero;

        var hash = Hash(sender);
        var number = (int)(hash % Phases);
        var phase = _phases[number];
        var cells = phase.Cells;
        lock (phase.Lock)
        {
            // Read under the lock, so that no window is begun by one thread after another has begun the next.
            var time = _clock.GetElapsedTime(_begun).Ticks + _window + _window * number / Phases;
            var window = (uint)(time / _window);
            var least = uint.MaxValue;
            for (var row = 0; row < Rows; row++) least = Math.Min(least, cells[Place(hash, row)].CountIn(window));
            if (least >= (uint)_limit) return TimeSpan.FromTicks(_window - time % _window);

            for (var row = 0; takes && row < Rows; row++)
            {
                ref var cell = ref cells[Place(hash, row)];
                if (cell.CountIn(window) == least) cell = new(window, least + 1);
            }
        }

        return TimeSpan.Zero;
    }

    private static int Place(ulong hash, int row) => (row << ColumnBits) + (int)(hash >> (PhaseBits + row * ColumnBits) & (Columns - 1));

    /// <summary>The framework's hash of text is keyed at random in each process, so nobody outside can look for senders that share counters.</summary>
    private static ulong Hash(ulong sender)
    {
        ReadOnlySpan<ulong> low = [sender], high = [sender, 1];
        return HashOf(low) | (ulong)HashOf(high) << 32;

        static uint HashOf(ReadOnlySpan<ulong> numbers) => (uint)string.GetHashCode(MemoryMarshal.Cast<ulong, char>(numbers), StringComparison.Ordinal);
    }

    /// <summary>The senders whose windows begin together.</summary>
    private sealed class Phase
    {
        public Lock Lock { get; } = new();

        public Cell[] Cells { get; } = new Cell[Rows * Columns];
    }

    /// <summary>A count, and the window it belongs to; in any other it is 0.</summary>
    private readonly record struct Cell(uint Window, uint Count)
    {
        public uint CountIn(uint window) => Window == window ? Count : 0;
    }
}
