using Aggregator.Domain;

namespace Aggregator.Grains;

internal sealed partial class SubscriptionGrain
{
    /// <summary>So many openings within <see cref="StormWithin"/> are told one by one; what is more is a storm.</summary>
    private const int ToldOneByOne = 5;

    private const int GatheredAtMost = 2000;
    private const int RememberedAtMost = 500;
    private const int TracedAtMost = 16;
    private static readonly TimeSpan StormWithin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FirstInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NextInterval = TimeSpan.FromMinutes(5);

    /// <summary>Holds a change back where there is a storm, or it begins one.</summary>
    private bool Gather(IncidentDocument incident, IncidentChangeDocument change)
    {
        var (storm, now) = (state.State.Storm, clock.GetUtcNow());
        var opens = change.Kind is ChangeKind.Opened or ChangeKind.Reopened;

        // The operator's word is not held back.
        if (change.Kind == ChangeKind.Noted) return false;
        if (change.Kind == ChangeKind.Resolved && storm.ToldSingly.Remove(incident.Id)) return false;

        storm.Opened.RemoveAll(at => at < now - StormWithin);
        if (storm.Due is null && opens && storm.Opened.Count >= ToldOneByOne)
        {
            storm.Due = now + FirstInterval;
            if (storm.Open.Count == 0) storm.Since = now;
        }

        // What was opened together goes on and ends together.
        if (storm.Due is null && !opens && storm.Open.Contains(incident.Id)) storm.Due = now + FirstInterval;

        if (opens) storm.Opened.Add(now);
        if (storm.Due is null)
        {
            if (opens) Remember(storm.ToldSingly, incident.Id);
            return false;
        }

        if (opens) Remember(storm.Open, incident.Id);
        if (change.Kind == ChangeKind.Resolved) storm.Open.Remove(incident.Id);
        Hold(storm, incident, change);
        return true;
    }

    private static void Hold(StormState storm, IncidentDocument incident, IncidentChangeDocument change)
    {
        storm.Gathered.Add(new(incident.Id, incident.Service, change.Kind, change.Sequence, change.At, change.About, change.Verdict, incident.Waves, incident.OpenedAt, Tracing.CurrentText));
        if (storm.Gathered.Count > GatheredAtMost) storm.Gathered.RemoveAt(0);
    }

    private bool IsGathered(string incident, int sequence) => state.State.Storm.Gathered.Exists(change => change.Incident == incident && change.Sequence == sequence);

    /// <summary>When its time has come, makes one message of what was gathered; a storm in which little was gathered is over.</summary>
    private bool TellGathered()
    {
        var (storm, now) = (state.State.Storm, clock.GetUtcNow());
        if (storm.Due is not { } due || due > now) return false;

        if (storm.Gathered.Count > 0)
        {
            var body = writer.Grouped(state.State.Settings!, storm.Since, now, [.. storm.Gathered], storm.Open.Count);
            var traces = string.Join(',', storm.Gathered.Select(change => change.Trace).OfType<string>().Take(TracedAtMost));
            Add(new($"msg_{_id}_{now.ToUnixTimeMilliseconds()}", "incidents.grouped", null, now, body, DeliveryState.Waiting, now, [], traces.Length > 0 ? traces : null));
        }

        storm.Due = storm.Gathered.Count > ToldOneByOne ? now + NextInterval : null;
        storm.Gathered.Clear();

        // Whoever hears of no ends would be told of ever more that go on.
        if (state.State.Settings!.Filter.Events is { IsEmpty: false } events && !events.Contains(ChangeKind.Resolved)) storm.Open.Clear();
        return true;
    }

    private static void Remember(HashSet<string> set, string incident)
    {
        if (set.Count >= RememberedAtMost) set.Clear();
        set.Add(incident);
    }
}
