using CsCheck;

namespace Aggregator.Domain.Tests;

/// <summary>The tracker's life against a naive log: every step is written down, and every question is answered from the whole log.</summary>
public class IncidentTrackerProperties
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly IncidentOptions Options = new() { WaveWithin = TimeSpan.FromMinutes(10) };
    private static readonly RegionCode[] Codes = [RegionCode.All, RegionCode.Parse("GB"), RegionCode.Parse("US")];

    // A step: seconds on the clock (back, too), and a region's level, or nothing but time, or a restart.
    private static readonly Gen<(int Moved, int Region, Level Level)> Step = Gen.Select(
        Gen.Frequency((8, Gen.Int[0, 12]), (1, Gen.Int[-30, 0]), (3, Gen.Int[60, 200])),
        Gen.Frequency((9, Gen.Int[0, 2]), (4, Gen.Const(3)), (1, Gen.Const(4))),
        Gen.Frequency((4, Gen.Const(Level.Normal)), (4, Gen.Const(Level.Spike)), (1, Gen.Const(Level.Elevated)), (1, Gen.Const(Level.Unknown))));

    [Fact]
    public void An_incident_opens_when_a_spike_held_and_ends_if_and_only_if_calm_held_and_a_wave_soon_after_is_the_same_one() =>
        Step.Array[1, 120].Sample(steps =>
        {
            var tracker = new IncidentTracker(ServiceKey.Parse("x"), Options);
            var log = new Log();
            var now = Noon;
            var told = new List<(string Id, IncidentChange Change)>();
            Incident? last = null;
            foreach (var (moved, region, level) in steps)
            {
                now = now.AddSeconds(moved);
                if (region == 4)
                {
                    log.LoseSight(tracker.Open);
                    tracker.Restore(tracker.Open ?? last);
                    continue;
                }

                var wasOpen = tracker.Open is not null;
                var due = wasOpen ? log.CalmHeld(now, tracker.Open!, region, level) : log.SpikeHeld(now, region, level);
                var decision = region < 3 ? tracker.Hear(Codes[region], Say(level), now) : tracker.Tick(now);
                Assert.Equal(due, decision.Reason is IncidentReason.Opened or IncidentReason.Reopened or IncidentReason.Resolved);
                Assert.Equal(wasOpen != due, tracker.Open is not null);
                last = decision.Incident ?? last;
                if (decision.Change is { } change) told.Add((decision.Incident!.Id, change));
            }

            ExpectWaves([.. told.Select(t => t.Change)]);

            foreach (var story in told.GroupBy(t => t.Id)) ExpectStory([.. story.Select(s => s.Change)]);
        });

    [Fact]
    public void Hearing_the_same_verdict_twice_changes_nothing() => Step.Array[1, 80].Sample(steps =>
    {
        var tracker = new IncidentTracker(ServiceKey.Parse("x"), Options);
        var now = Noon;
        foreach (var (moved, region, level) in steps)
        {
            now = now.AddSeconds(moved);
            if (region > 2) continue;

            tracker.Hear(Codes[region], Say(level), now);
            var before = tracker.Open;
            Assert.Null(tracker.Hear(Codes[region], Say(level), now).Change);
            Assert.Same(before, tracker.Open);
        }
    });

    /// <summary>Each opening is paired with an end, and which of the two kinds it is follows from when the last end was.</summary>
    private static void ExpectWaves(IncidentChange[] changes)
    {
        IncidentChange? end = null;
        var open = false;
        foreach (var change in changes)
        {
            var opens = change.Kind is ChangeKind.Opened or ChangeKind.Reopened;
            if (opens) Assert.Equal(change.At - end?.At <= Options.WaveWithin, change.Kind == ChangeKind.Reopened);
            Assert.Equal(opens, !open);
            open = change.Kind != ChangeKind.Resolved;
            if (!open) end = change;
        }
    }

    private static void ExpectStory(IncidentChange[] changes)
    {
        Assert.Equal(ChangeKind.Opened, changes[0].Kind);
        Assert.DoesNotContain(changes.Skip(1), change => change.Kind == ChangeKind.Opened);
        Assert.Equal(Enumerable.Range(1, changes.Length), changes.Select(c => c.Sequence));
        Assert.All(changes, change => Assert.DoesNotContain(RegionCode.All, change.Regions));
        Assert.All(changes.Zip(changes.Skip(1)).Where(two => two.Second.Kind is ChangeKind.Spread or ChangeKind.Receded),
            two => Assert.True(two.Second.At - two.First.At >= Options.GatherFor));

        HashSet<RegionCode> within = [];
        foreach (var change in changes)
        {
            if (change.Kind is ChangeKind.Opened or ChangeKind.Reopened) within = [.. change.Regions];
            if (change.Kind == ChangeKind.Spread) Assert.All(change.Regions, region => Assert.True(within.Add(region)));
            if (change.Kind == ChangeKind.Receded) Assert.All(change.Regions, region => Assert.True(within.Remove(region)));
        }
    }

    private static Verdict Say(Level level) =>
        new(level, VerdictReason.AsUsual, level == Level.Spike ? 50 : 1, 1, TimeSpan.FromMinutes(1), 9, Noon);

    private sealed class Log
    {
        private readonly List<(DateTimeOffset At, Level?[] Levels, bool Blind)> _steps = [];

        public bool SpikeHeld(DateTimeOffset now, int region, Level level)
        {
            Write(now, region, level, incident: null);
            var regionInSpike = _steps[^1].Levels[1] == Level.Spike || _steps[^1].Levels[2] == Level.Spike;
            return Enumerable.Range(0, 3).Any(r =>
            {
                if (r == 0 && regionInSpike) return false;
                var run = Enumerable.Reverse(_steps).TakeWhile(s => s.Levels[r] == Level.Spike).ToArray();
                return run.Length > 0 && run[0].At - run[^1].At >= Options.SpikeHold;
            });
        }

        public bool CalmHeld(DateTimeOffset now, Incident incident, int region, Level level)
        {
            Write(now, region, level, incident);
            var calm = Enumerable.Reverse(_steps).TakeWhile(s => !s.Levels.Contains(Level.Spike) && s.At >= incident.Changes.Last(c => c.Kind is ChangeKind.Opened or ChangeKind.Reopened).At).Reverse()
                .SkipWhile(s => s.Blind).ToArray();
            return calm.Length > 0 && !calm[^1].Blind && calm[^1].At - calm[0].At >= (incident.Waves switch { 1 => 3, 2 => 6, 3 => 12, 4 => 24, _ => 30 }) * TimeSpan.FromMinutes(1);
        }

        public void LoseSight(Incident? open)
        {
            if (open is null || _steps.Count == 0) return;
            var levels = (Level?[])_steps[^1].Levels.Clone();
            for (var r = 0; r < 3; r++)
                if (open.Regions.Any(x => x.Region == Codes[r]) || open.OpenedBy == Codes[r]) levels[r] = Level.Unknown;
            _steps.Add((_steps[^1].At, levels, Blind: true));
        }

        private void Write(DateTimeOffset now, int region, Level level, Incident? incident)
        {
            var levels = _steps.Count == 0 ? new Level?[3] : (Level?[])_steps[^1].Levels.Clone();
            if (region < 3) levels[region] = level;
            var at = _steps.Count > 0 && _steps[^1].At > now ? _steps[^1].At : now;
            var blind = incident is not null && Enumerable.Range(0, 3).Any(r =>
                levels[r] == Level.Unknown && (r == 0 || incident.Regions.Any(x => x.Region == Codes[r])));
            _steps.Add((at, levels, blind));
        }
    }
}
