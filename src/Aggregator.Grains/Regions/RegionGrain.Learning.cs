using System.Collections.Immutable;
using Aggregator.Domain;
using Orleans.Storage;

namespace Aggregator.Grains;

internal sealed partial class RegionGrain
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan SaveAgainAfter = TimeSpan.FromMinutes(1);

    public async Task Import(ImmutableArray<MinuteRun> runs)
    {
        await Loaded();
        await _minutes.Set(runs);
        await store.AddRegion(_series);
    }

    public async Task AddUp(ImmutableArray<long> hours)
    {
        await Loaded();
        await _minutes.AddUp(hours);
    }

    public async Task Relearn()
    {
        await Loaded();

        // Only when all is learned does the new detector take the old one's place: nobody reads half of it, and a store that fails leaves it as it was.
        var anew = new SpikeDetector(Grid, detection);
        await CatchUp(anew, _detector.Next ?? Grid.IndexOf(clock.GetUtcNow()));
        anew.GoOnFrom(_detector);
        _detector = anew;
        if (!await Save()) _saveAt = clock.GetUtcNow();
    }

    /// <summary>Brings a detector up to date: weeks are learned by the minute, the last hours are judged bucket by bucket.</summary>
    /// <returns>How many minutes with reports it has learned.</returns>
    private async Task<int> CatchUp(SpikeDetector detector, long open)
    {
        var judgeFrom = open - open % 30 - Grid.Count(SpikeDetector.Reach);
        var learned = 0;
        if (detector.Next is not { } next || next < judgeFrom)
        {
            var from = await _minutes.Earliest(detector.Next, Grid.StartOf(judgeFrom));
            var minutes = await _minutes.Read(from, Grid.StartOf(open));
            var judged = (int)((Grid.StartOf(open) - Grid.StartOf(judgeFrom)) / BucketGrid.Minute.Length);

            // What was imported of the last hours is history too: it teaches, and is no evidence.
            minutes = minutes[..Math.Max(minutes.Length - judged, _minutes.Imported(from, minutes))];
            detector.Learn(from, minutes);
            learned = minutes.Count(count => count > 0);
        }

        var first = detector.Next ?? judgeFrom;
        if (first >= open) return learned;

        var sight = await marks.History(first, open);
        for (var bucket = first; bucket < open; bucket++)
        {
            var tally = _window.At(bucket);
            detector.Close(bucket, tally.Reports > 0 || sight.IsOpen(bucket) ? tally.Reports : null, (int)Math.Min(tally.Networks, int.MaxValue));
        }

        return learned;
    }

    // Series that woke together save at different moments of the hour, each always at its own.
    private double Spread() => (uint)_series.GetHashCode() / (double)uint.MaxValue;

    private async Task SaveWhenDue()
    {
        var now = clock.GetUtcNow();
        var level = _detector.Latest.Level;

        // A level may rest on what the other regions showed, which is not asked again for the past: it is saved when it changes.
        var changed = level != _savedLevel && level != Level.Unknown;
        if (!changed && now < _saveAt) return;

        if (changed) _savedLevel = level;
        if (await Save()) while (_saveAt <= now) _saveAt += SaveEvery;
        else _saveAt = now + SaveAgainAfter;
    }

    private async Task<bool> Save()
    {
        if (_detector.Next is null) return true;
        try
        {
            state.State.Detector = _detector.Save();
            await state.WriteStateAsync();
            return true;
        }
        catch (InconsistentStateException)
        {
            // Another activation of this region has saved since: it is the one that lives on.
            DeactivateOnIdle();
        }
        catch (Exception error)
        {
            faults.NotSaved(_series, error);
        }
        finally
        {
            // The store has it; a hundred thousand regions need not.
            state.State.Detector = [];
        }

        return false;
    }
}
