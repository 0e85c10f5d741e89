using System.Collections.Immutable;
using Aggregator.Domain;

namespace Aggregator.Grains;

internal sealed partial class SubscriptionGrain
{
    /// <summary>So many openings within <see cref="OpeningsWithin"/> are told one by one; what is more is told in groups.</summary>
    private const int ToldOneByOne = 5;

    private const int HeldAtMost = 2000;
    private const int RememberedAtMost = 5000;
    private const int TracedAtMost = 16;
    private static readonly TimeSpan OpeningsWithin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan GroupWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GroupInterval = TimeSpan.FromMinutes(5);

    /// <summary>Holds a change for its group, if there is one or it begins one.</summary>
    private bool Hold(IncidentDocument incident, IncidentChangeDocument change)
    {
        var (storm, now) = (state.State.Storm, clock.GetUtcNow());
        var opens = change.Kind is ChangeKind.Opened or ChangeKind.Reopened;

        // The operator's word does not wait.
        if (change.Kind == ChangeKind.Noted) return false;
        if (change.Kind == ChangeKind.Resolved && storm.ToldSingly.Remove(incident.Id)) return false;

        storm.Opened.RemoveAll(at => at < now - OpeningsWithin);
        if (storm.Due is null && opens && storm.Opened.Count >= ToldOneByOne)
        {
            storm.Due = now + GroupWait;
            if (storm.Open.Count == 0) storm.Since = now;
        }

        // What was opened together goes on and ends together.
        if (storm.Due is null && !opens && storm.Open.Contains(incident.Id)) storm.Due = now + GroupWait;

        if (opens) storm.Opened.Add(now);
        if (storm.Due is null)
        {
            if (opens) Remember(storm.ToldSingly, incident.Id);
            return false;
        }

        if (opens) Remember(storm.Open, incident.Id);
        if (change.Kind == ChangeKind.Resolved) storm.Open.Remove(incident.Id);
        Hold(GatheredChange.From(incident, change));
        return true;
    }

    // Of what flaps for long, the newest is enough; of every incident something is kept.
    private void Hold(GatheredChange change)
    {
        var held = state.State.Storm.Gathered;
        if (held.Count >= HeldAtMost) DropUntrue(held, change);
        held.Add(change);
    }

    /// <summary>What is left of groups that were taken back is told at once, ahead of what is newer.</summary>
    private void TellAgain(IEnumerable<DeliveryDocument> groups, Func<GatheredChange, bool> isStillToBeTold)
    {
        ImmutableArray<GatheredChange> left = [.. groups.Where(group => group.Type == DeliveryDocument.GroupType).SelectMany(group => group.Carries)
            .Where(isStillToBeTold).DistinctBy(change => (change.Incident, change.Sequence))];
        if (left.Length > 0) AddGroups(left);
    }

    private bool IsHeld(string incident, int sequence) => state.State.Storm.Gathered.Exists(change => change.Incident == incident && change.Sequence == sequence);

    private void DropUntrue(List<GatheredChange> held, GatheredChange later) => held.RemoveAll(change => change.Notified.IsOvertakenBy(later.Notified, NotesAssertState));

    /// <summary>When its time has come, makes messages of what was held; a group that was small is the last.</summary>
    private bool TellHeld()
    {
        var (storm, now) = (state.State.Storm, clock.GetUtcNow());
        if (storm.Due is not { } due || due > now) return false;

        if (storm.Gathered.Count > 0) AddGroups([.. storm.Gathered]);
        storm.Due = storm.Gathered.Count > ToldOneByOne ? now + GroupInterval : null;
        storm.Gathered.Clear();

        // A subscriber that is told no ends would be told of ever more that go on.
        if (state.State.Settings!.Filter.Events is { IsEmpty: false } events && !events.Contains(ChangeKind.Resolved)) storm.Open.Clear();
        return true;
    }

    private void AddGroups(ImmutableArray<GatheredChange> changes)
    {
        var (storm, now) = (state.State.Storm, clock.GetUtcNow());
        var (id, number) = ($"msg_{_id}_{now.ToUnixTimeMilliseconds()}", 1);
        foreach (var message in writer.Grouped(state.State.Settings!, storm.Since, now, changes, storm.Open.Count))
        {
            while (Place(number == 1 ? id : $"{id}_{number}") >= 0) number++;
            Add(Group(number == 1 ? id : $"{id}_{number}", now, message));
        }
    }

    private static DeliveryDocument Group(string id, DateTimeOffset now, GroupMessage message)
    {
        var traces = string.Join(',', message.Changes.Select(change => change.Trace).OfType<string>().Take(TracedAtMost));
        List<string> incidents = [.. message.Changes.Select(change => change.Incident).Distinct()];
        return new(
            id, DeliveryDocument.GroupType, incidents.Count == 1 ? incidents[0] : null, now, message.Body, DeliveryState.Waiting, now, [],
            traces.Length > 0 ? traces : null, message.Changes);
    }

    private static void Remember(HashSet<string> set, string incident)
    {
        if (set.Count < RememberedAtMost) set.Add(incident);
    }
}
