using System.Collections.Immutable;
using System.Diagnostics;
using Aggregator.Domain;

namespace Aggregator.Grains;

internal sealed partial class RegionGrain
{
    private static readonly TimeSpan RestAnswersWithin = TimeSpan.FromSeconds(1);

    // The first bucket of which the store may hold more than was heard, because it could not be asked when it was to be.
    private long? _missed;

    public async Task<ImmutableArray<WindowSumDocument>> Sums(long bucket)
    {
        await Loaded();
        var now = clock.GetUtcNow();
        if (_detector.Next <= bucket && bucket < Grid.IndexOf(now))
        {
            // Asked a moment before its own close, which then finds nothing left to close.
            _window.SlideTo(now);
            await CloseBuckets(bucket + 1);
        }

        return _detector.Next == bucket + 1 ? WindowSumDocument.From(_detector.Sums) : [];
    }

    /// <summary>One trace goes on from a report to the verdict it led to; while the region is up, also to those that nobody reported for any more.</summary>
    private Activity? BeginJudging()
    {
        if (_causes is not { } causes) return null;
        if (causes.AreNew || _detector.Latest.Level is Level.Spike or Level.Elevated) return causes.Begin(Tracing.Judge);

        _causes = null;
        return null;
    }

    private void NoteOn(Activity? span) => span?
        .SetTag("aggregator.service", _series.Service.Value).SetTag("aggregator.region", _series.Region.Value)
        .SetTag("aggregator.level", _detector.Latest.Level.ToString()).SetTag("aggregator.reason", _detector.Latest.Reason.ToString());

    private async Task CloseBuckets(long open)
    {
        if (_detector.Next is not { } next || open - next > 6)
        {
            // More than a minute behind: hints may have been lost as well.
            Miss(_detector.Next ?? open - Grid.PerDay);
            await ReadMissed(open);
            await CatchUp(_detector, open);
            return;
        }

        var last = Sight.Open;
        for (var bucket = next; bucket < open; bucket++)
        {
            var sight = await marks.Of(bucket);
            if (sight != Sight.Blind && !_window.IsEmpty) sight = await Recount(bucket) ? sight : Sight.Blind;
            if (sight == Sight.Blind) Miss(bucket);
            last = sight;

            var tally = _window.At(bucket);
            var seen = sight == Sight.Open || (sight == Sight.Gap && tally.Reports > 0);
            _detector.Close(bucket, seen ? tally.Reports : null, (int)Math.Min(tally.Networks, int.MaxValue));
            if (bucket == open - 1) await HearTheRest(bucket);
            if (seen) telemetry.Judged(_detector.Latest.Level, _detector.Latest.Reason, clock.GetUtcNow() - Grid.EndOf(bucket));
            else telemetry.Blind(sight);
        }

        try
        {
            if (last != Sight.Blind) await ReadMissed(open);
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            // It stays missed: the next close tries again.
        }
    }

    /// <summary>Remembers that the store is to be asked from this bucket on, until it has answered.</summary>
    private void Miss(long from) => _missed = Math.Min(_missed ?? from, from);

    /// <summary>A commit that nobody heard of is told by no hint: what the store took while it could not be asked is found here.</summary>
    private async Task ReadMissed(long newest)
    {
        if (_missed is not { } from) return;
        // Where the clock was set back, there is more ahead.
        await Reread(from, Math.Max(Math.Max(from, newest), _window.Newest ?? newest) + 7);
        _missed = null;
    }

    /// <summary>Asks the store what the closing bucket holds, in case a hint was lost on its way; false where it cannot be asked.</summary>
    private async Task<bool> Recount(long bucket)
    {
        if (_window.Reports(TimeSpan.FromMinutes(5)) == 0) return true;
        try
        {
            var now = clock.GetUtcNow();
            Hear(bucket, await store.ReadBucket(_series, bucket, _window.Sum(TimeSpan.FromHours(24)).Symptoms.Keys), now);
            return true;
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return false;
        }
    }

    /// <summary>Judges the bucket just closed once more, in the light of what all regions show together. ALL asks nobody, so no two wait for each other.</summary>
    private async Task HearTheRest(long bucket)
    {
        if (_series.Region.IsAll || _detector.Latest.Level == Level.Spike || !_detector.AsksTheRest) return;
        try
        {
            var asked = GrainFactory.GetGrain<IRegionGrain>((_series with { Region = RegionCode.All }).ToString()).Sums(bucket);
            asked.Ignore();
            var whole = await asked.WaitAsync(RestAnswersWithin, clock);
            _detector.Weigh([.. whole.Select(sum => sum.ToDomain())]);
        }
        catch (Exception error)
        {
            // Its own verdict stands; at the end of the next minute it asks anew.
            LogRestUnheard(error, _series);
        }
    }
}
