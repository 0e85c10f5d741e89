using System.Collections.Immutable;
using System.Diagnostics;
using Aggregator.Domain;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

internal sealed partial class ServiceGrain
{
    private const int UntoldAtMost = 200;

    private bool _telling;
    private bool _toldToSave;
    private ActivityContext? _changeBefore;

    public async Task<IncidentDocument?> Note(string incident, string text, string? source)
    {
        var now = clock.GetUtcNow();
        var before = _tracker.Open;
        if (_tracker.Latest is { } latest && latest.Id == incident)
        {
            if (latest.Notes.Length >= Incident.NotesAtMost) return null;
            var noted = _tracker.Note(incident, text, source, now)!;
            await Save(noted, noted.Changes[^1], () => _tracker.Restore(before ?? state.State.Incident?.ToDomain()));
            await Archive();
            TellUntold().Ignore();
            await Post(CancellationToken.None);
            return state.State.Incident;
        }

        // An earlier one lives in the archive alone.
        if (await archive.Find(incident) is not { } archived || archived.Service != _service.Value || archived.Notes is { IsDefault: false, Length: >= Incident.NotesAtMost }) return null;
        var document = IncidentDocument.From(archived.ToDomain().Note(text, source, now), archived.Behind);
        await archive.Put(document);
        using var span = BeginChange(incident, ChangeKind.Noted);
        AddUntold(document);
        await Write();
        telemetry.Changed(ChangeKind.Noted);
        TellUntold().Ignore();
        return document;
    }

    /// <summary>Offers every subscription what it has not been offered; offering twice is harmless, for the message has the same id.</summary>
    /// <remarks>
    /// Beside the other calls, so that a subscription that does not answer delays no region, and no other subscription. What could not be told
    /// stays, and the watch tries again: nothing is lost when the silo dies in between. That it was told is saved with what is saved next.
    /// </remarks>
    private async Task TellUntold()
    {
        if (_telling || state.State.Untold.Count == 0) return;
        _telling = true;
        try
        {
            var filters = await subscriptions.Filters();
            HashSet<(string Incident, string Subscription)> behind = [];
            for (var place = 0; place < state.State.Untold.Count;)
            {
                var untold = state.State.Untold[place];
                var left = await Tell(untold, filters, behind);
                behind.UnionWith(left.Select(subscription => (untold.Incident.Id, subscription)));

                // It may have moved meanwhile, or been dropped.
                place = state.State.Untold.IndexOf(untold);
                if (place < 0) place = 0;
                else if (left.IsEmpty) state.State.Untold.RemoveAt(place);
                else state.State.Untold[place++] = untold with { Left = left };
                _toldToSave = true;
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogUntold(error, _service, state.State.Untold.Count);
        }
        finally
        {
            _telling = false;
        }
    }

    /// <param name="behind">Subscriptions that could not be offered an earlier change: they are offered the changes of an incident in order.</param>
    /// <returns>The subscriptions that have not been offered it.</returns>
    private async Task<ImmutableArray<string>> Tell(
        UntoldChange untold, IReadOnlyDictionary<string, SubscriptionFilter> filters, HashSet<(string Incident, string Subscription)> behind)
    {
        var change = untold.Incident.Changes.First(change => change.Sequence == untold.Sequence);
        using var span = Tracing.Begin(Tracing.Tell, untold.Trace)?.SetTag("aggregator.incident", untold.Incident.Id).SetTag("aggregator.change", change.Kind.ToString());
        var to = untold.Left?.Where(filters.ContainsKey) ?? filters.Where(filter => filter.Value.Concerns(untold.Incident, change)).Select(filter => filter.Key);
        var missed = await Task.WhenAll(to.Select(async subscription =>
        {
            if (behind.Contains((untold.Incident.Id, subscription))) return subscription;
            try
            {
                await GrainFactory.GetGrain<ISubscriptionGrain>(subscription).Offer(untold.Incident, change);
                return null;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogNotOffered(error, untold.Incident.Id, untold.Sequence, subscription);
                return subscription;
            }
        }));
        return [.. missed.OfType<string>()];
    }

    /// <summary>Begins a trace where nobody's goes on, as for calm that has held; the change before is linked, so that an incident can be followed.</summary>
    private Activity? BeginChange(string incident, ChangeKind kind)
    {
        if (!Tracing.Source.HasListeners()) return null;
        var span = Tracing.Source.StartActivity(Tracing.Change, ActivityKind.Internal, default(ActivityContext), links: _changeBefore is { } before ? [new(before)] : null);
        if (span is { Recorded: true }) _changeBefore = span.Context;
        return span?.SetTag("aggregator.incident", incident).SetTag("aggregator.service", _service.Value).SetTag("aggregator.change", kind.ToString());
    }

    private UntoldChange AddUntold(IncidentDocument incident)
    {
        var untold = new UntoldChange(incident.Changes[^1].Sequence, incident, Trace: Tracing.CurrentText);
        state.State.Untold.Add(untold);
        if (state.State.Untold.Count > UntoldAtMost)
        {
            LogDropped(state.State.Untold[0].Incident.Id, state.State.Untold[0].Sequence);
            state.State.Untold.RemoveAt(0);
        }

        return untold;
    }

    private async Task SaveTold()
    {
        if (!_toldToSave || _telling) return;
        _toldToSave = false;
        await Write();
    }

    [LoggerMessage(LogLevel.Warning, "{Service} could not tell its subscribers {Count} changes; it tries again in 5 seconds")]
    private partial void LogUntold(Exception error, ServiceKey service, int count);

    [LoggerMessage(LogLevel.Warning, "Change {Sequence} of {Incident} could not be given to {Subscription}; it is tried again in 5 seconds")]
    private partial void LogNotOffered(Exception error, string incident, int sequence, string subscription);

    [LoggerMessage(LogLevel.Error, "Change {Sequence} of {Incident} was never told to all its subscribers: too many changes wait")]
    private partial void LogDropped(string incident, int sequence);
}
