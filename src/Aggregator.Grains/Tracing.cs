using System.Diagnostics;

namespace Aggregator.Grains;

/// <summary>The spans of the product itself, from a report to the delivery that it leads to. Without a collector nobody listens, and none is made.</summary>
public static class Tracing
{
    public const string Name = "Aggregator";

    /// <summary>A batch on its way into the store; a child of one of the requests that wait for it, with links to and from the others.</summary>
    public const string Commit = "commit";

    /// <summary>One try to append a batch.</summary>
    public const string Append = "append";

    /// <summary>A region is told what the store holds now.</summary>
    public const string Hint = "hint";

    /// <summary>A region closes a bucket and judges it; a child of one of the reports heard since, or while it is up of the last ones that were.</summary>
    public const string Judge = "judge";

    /// <summary>A change of an incident is decided and saved.</summary>
    public const string Change = "change";

    /// <summary>A change is offered to the subscriptions that want it.</summary>
    public const string Tell = "tell";

    /// <summary>One attempt to send a message.</summary>
    public const string Deliver = "deliver";

    public static readonly ActivitySource Source = new(Name);

    /// <summary>The span that goes on now; none where it is not collected.</summary>
    public static Activity? Current => Source.HasListeners() && Activity.Current is { Recorded: true } current ? current : null;

    /// <summary>The span that goes on now as a state keeps it: a W3C traceparent.</summary>
    public static string? CurrentText => Current?.Id;

    /// <summary>Begins a span of what a state has kept: the first traceparent is its parent, the others are linked. None where nothing was kept.</summary>
    /// <param name="kept">Of <see cref="CurrentText"/>, several with commas between.</param>
    public static Activity? Begin(string name, string? kept, ActivityKind kind = ActivityKind.Internal)
    {
        if (kept is null || !Source.HasListeners()) return null;
        var causes = new Causes();
        foreach (var text in kept.Split(','))
        {
            if (ActivityContext.TryParse(text, null, out var context)) causes.Add(context);
        }

        return causes.Begin(name, kind);
    }

    /// <summary>Notes on a span how it failed.</summary>
    public static void Fail(this Activity? span, string why) => span?.SetStatus(ActivityStatusCode.Error, why);
}

/// <summary>Who asked for work that is done later, once for all of them: the first becomes the parent of its span, the others are linked.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class Causes
{
    private const int AtMost = 32;

    private readonly List<ActivityContext> _contexts = [];

    /// <summary>Whether somebody has asked since the last span was begun.</summary>
    public bool AreNew { get; private set; }

    /// <summary>Notes that the span that goes on now asks; makes the note when there is a first to make.</summary>
    public static void Note(ref Causes? causes)
    {
        if (Tracing.Current is { } current) (causes ??= new()).Add(current.Context);
    }

    /// <summary>The first to ask after a span was begun takes the place of those before.</summary>
    public void Add(ActivityContext context)
    {
        if (!AreNew) _contexts.Clear();
        AreNew = true;
        if (_contexts.Count < AtMost && !_contexts.Contains(context)) _contexts.Add(context);
    }

    public Activity? Begin(string name, ActivityKind kind = ActivityKind.Internal)
    {
        AreNew = false;
        return _contexts.Count == 0 ? null
            : Tracing.Source.StartActivity(name, kind, _contexts[0], links: _contexts.Skip(1).Select(context => new ActivityLink(context)));
    }
}
