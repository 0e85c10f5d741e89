using System.Runtime.InteropServices;
using HdrHistogram;

namespace Aggregator.Simulator;

/// <summary>What of a load is due, sent and answered, and how long the answers took.</summary>
/// <remarks>
/// The loop is open: a report falls due by the schedule alone, waits where no connection is free, and its latency is counted from the
/// moment it was due. A server that stalls for a second so shows in the figures of every report of that second, and not only of those
/// few that were under way (coordinated omission). Times are spans since the start.
/// </remarks>
internal sealed class LoadCourse(LoadSchedule schedule)
{
    /// <summary>The word for a report that was sent and never answered.</summary>
    public const string Unknown = "unknown";

    // Microseconds up to an hour, to three digits.
    private readonly LongHistogram _latency = new(3_600_000_000, 3);
    private readonly LongHistogram _lateness = new(3_600_000_000, 3);
    private readonly Dictionary<string, long> _answers = [];
    private readonly Lock _lock = new();
    private long _due, _taken, _ended;
    private TimeSpan _lastAnswer;

    /// <summary>Whether every report was sent and its fate is known.</summary>
    public bool IsOver
    {
        get
        {
            lock (_lock) return _ended == schedule.Count;
        }
    }

    /// <summary>Looks at the clock: what is due by now may be taken.</summary>
    public void Pace(TimeSpan now)
    {
        lock (_lock)
        {
            for (; _due < schedule.Count && schedule.DueOf(_due) <= now; _due++)
                if (_due >= schedule.FirstMeasured) Record(_lateness, now - schedule.DueOf(_due));
        }
    }

    /// <summary>The next report that is due and not sent yet.</summary>
    public bool TryTake(out long number)
    {
        lock (_lock)
        {
            number = _taken;
            if (_taken == _due) return false;
            _taken++;
            return true;
        }
    }

    /// <summary>What became of a report: an outcome, the word of a problem, or <see cref="Unknown"/>.</summary>
    public void Answer(long number, TimeSpan now, ReadOnlySpan<char> word)
    {
        lock (_lock)
        {
            _ended++;
            if (number < schedule.FirstMeasured) return;

            CollectionsMarshal.GetValueRefOrAddDefault(_answers.GetAlternateLookup<ReadOnlySpan<char>>(), word, out _)++;
            Record(_latency, now - schedule.DueOf(number));
            if (now > _lastAnswer) _lastAnswer = now;
        }
    }

    /// <summary>Gives up what was never sent; it has waited until now at least.</summary>
    public void Close(TimeSpan now)
    {
        lock (_lock)
        {
            for (var number = Math.Max(_taken, schedule.FirstMeasured); number < schedule.Count; number++) Record(_latency, now - schedule.DueOf(number));
        }
    }

    public LoadFigures Figures()
    {
        lock (_lock)
        {
            var offered = schedule.Count - schedule.FirstMeasured;
            var answered = _answers.Where(answer => answer.Key != Unknown).Sum(answer => answer.Value);
            var took = (_lastAnswer > schedule.End ? _lastAnswer : schedule.End) - schedule.WarmUp;
            var sent = Math.Max(0, _taken - schedule.FirstMeasured);
            return new(
                offered, offered / (schedule.End - schedule.WarmUp).TotalSeconds, answered / took.TotalSeconds, offered - sent,
                new Dictionary<string, long>(_answers), Percentiles.Of(_latency), Percentiles.Of(_lateness));
        }
    }

    private static void Record(LongHistogram histogram, TimeSpan span) =>
        histogram.RecordValue((long)Math.Clamp(span.TotalMicroseconds, 0, histogram.HighestTrackableValue));
}
