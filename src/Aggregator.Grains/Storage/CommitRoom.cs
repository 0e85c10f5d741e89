using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>What many reports of a batch have in common; it travels once.</summary>
internal readonly record struct Crowd(int Target, long Cell, string Symptom, int Count, long At, bool Named, bool Placed);

/// <summary>The reports of one service in one dedup window: their reporters and networks are asked for together.</summary>
/// <remarks>Reports are taken crowd by crowd: those of one batch came at the same time, and nobody has been answered yet.</remarks>
internal sealed class CommitRoom
{
    private readonly Dictionary<Crowd, int> _index = [];
    private readonly List<(Crowd Crowd, List<int> Reports)> _crowds = [];
    private int _last;

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
                _crowds.Add((crowd, []));
            }

            _last = index;
        }

        _crowds[_last].Reports.Add(number);
    }

    /// <summary>Writes all but the names of the three hashes.</summary>
    /// <param name="reports">The batch.</param>
    /// <param name="to">The arguments so far.</param>
    /// <param name="asked">Gets the place in the batch of each row, in the order in which the script answers.</param>
    public void Write(IReadOnlyList<Report> reports, List<RedisValue> to, List<int> asked)
    {
        var first = asked.Count;
        foreach (var (_, numbers) in _crowds) asked.AddRange(numbers);
        var rows = CollectionsMarshal.AsSpan(asked)[first..];

        var (reporters, networks, renamed) = (0, 0, false);
        foreach (var number in rows)
        {
            var report = reports[number];
            if (report.Reporter is not null) reporters++;
            if (report.Network is not null) networks++;
            renamed |= report.ReporterBefore is not null;
        }

        to.AddRange([reporters, renamed ? reporters : 0, networks, _crowds.Count]);
        foreach (var (crowd, numbers) in _crowds)
            to.AddRange([crowd.Target, crowd.Cell, crowd.Symptom, crowd.Count, crowd.At, numbers.Count, crowd.Named ? 1 : 0, crowd.Placed ? 1 : 0]);
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
}
