using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>What many reports of a batch have in common; it travels once.</summary>
internal readonly record struct Crowd(int Target, long Cell, string Symptom, int Count, long At, bool Named, bool Placed);

/// <summary>The reports of one service in one dedup window: their reporters and networks are asked for together.</summary>
/// <remarks>Reports are taken crowd by crowd: those of one batch came at the same time, and nobody has been answered yet.</remarks>
internal sealed class CommitRoom
{
    private const int None = -1;

    private readonly Dictionary<Crowd, int> _index = [];
    private readonly List<Chain> _crowds = [];
    private readonly List<(int Number, int Next)> _reports = [];
    private int _last;

    /// <summary>What <see cref="Write"/> writes, or a little more.</summary>
    public int ArgumentsAtMost => 4 + 8 * _crowds.Count + 3 * _reports.Count;

    /// <param name="number">The place of the report in its batch.</param>
    public void Add(int number, in Crowd crowd)
    {
        // Most reports of a batch say the same as the one before.
        if (_crowds.Count == 0 || _crowds[_last].Crowd != crowd)
        {
            ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_index, crowd, out var known);
            if (!known)
            {
                index = _crowds.Count;
                _crowds.Add(new(crowd, _reports.Count));
            }

            _last = index;
        }

        ref var chain = ref CollectionsMarshal.AsSpan(_crowds)[_last];
        var place = _reports.Count;
        _reports.Add((number, None));
        if (chain.Count++ > 0) CollectionsMarshal.AsSpan(_reports)[chain.Last].Next = place;
        chain.Last = place;
    }

    /// <summary>Writes all but the names of the hashes.</summary>
    /// <param name="reports">The batch.</param>
    /// <param name="to">The arguments so far.</param>
    /// <param name="asked">Gets the place in the batch of each row, in the order in which the script answers.</param>
    public void Write(IReadOnlyList<Report> reports, List<RedisValue> to, List<int> asked)
    {
        var first = asked.Count;
        foreach (var chain in _crowds)
        {
            for (var place = chain.First; place != None; place = _reports[place].Next) asked.Add(_reports[place].Number);
        }

        var rows = CollectionsMarshal.AsSpan(asked)[first..];
        var (reporters, networks, renamed) = (0, 0, false);
        foreach (var number in rows)
        {
            var report = reports[number];
            if (report.Reporter is not null) reporters++;
            if (report.Network is not null) networks++;
            renamed |= report.ReporterBefore is not null;
        }

        to.Add(reporters);
        to.Add(renamed ? reporters : 0);
        to.Add(networks);
        to.Add(_crowds.Count);
        foreach (var chain in _crowds)
        {
            var crowd = chain.Crowd;
            to.Add(crowd.Target);
            to.Add(crowd.Cell);
            to.Add(crowd.Symptom);
            to.Add(crowd.Count);
            to.Add(crowd.At);
            to.Add(chain.Count);
            to.Add(crowd.Named ? 1 : 0);
            to.Add(crowd.Placed ? 1 : 0);
        }

        foreach (var number in rows)
        {
            if (reports[number].Reporter is { } reporter) to.Add(reporter);
        }

        foreach (var number in rows)
        {
            if (renamed && reports[number].Reporter is { } reporter) to.Add(reports[number].ReporterBefore ?? reporter);
        }

        foreach (var number in rows)
        {
            if (reports[number].Network is { } network) to.Add(network);
        }
    }

    /// <summary>The reports of a crowd: each names the next.</summary>
    private struct Chain(Crowd crowd, int first)
    {
        public readonly Crowd Crowd = crowd;
        public readonly int First = first;
        public int Last;
        public int Count;
    }
}
