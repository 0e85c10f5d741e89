using Aggregator.Domain;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

internal sealed partial class ServiceGrain
{
    private bool _telling;
    private bool _toldToSave;

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
        state.State.Untold.Add(new(document.Id, document.Changes[^1].Sequence));
        await state.WriteStateAsync();
        TellUntold().Ignore();
        return document;
    }

    /// <summary>Offers every subscription what it has not been offered; offering twice is harmless, for the message has the same id.</summary>
    /// <remarks>
    /// Beside the other calls, so that a subscription that does not answer delays no region. What could not be told stays, and the watch
    /// tries again: nothing is lost when the silo dies in between. That it was told is saved with what is saved next.
    /// </remarks>
    private async Task TellUntold()
    {
        if (_telling || state.State.Untold.Count == 0) return;
        _telling = true;
        try
        {
            var filters = await subscriptions.Filters();
            while (state.State.Untold is [var untold, ..])
            {
                await Tell(untold, filters);
                state.State.Untold.Remove(untold);
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

    private async Task Tell(UntoldChange untold, IReadOnlyDictionary<string, SubscriptionFilter> filters)
    {
        var incident = state.State.Incident is { } own && own.Id == untold.Incident ? own : await archive.Find(untold.Incident);
        if (incident?.Changes.FirstOrDefault(change => change.Sequence == untold.Sequence) is not { } change) return;

        await Task.WhenAll(filters.Where(filter => filter.Value.Passes(incident, change))
            .Select(filter => GrainFactory.GetGrain<ISubscriptionGrain>(filter.Key).Offer(incident, change)));
    }

    private async Task SaveTold()
    {
        if (!_toldToSave || _telling) return;
        _toldToSave = false;
        await state.WriteStateAsync();
    }

    [LoggerMessage(LogLevel.Warning, "{Service} could not tell its subscribers {Count} changes; it tries again in 5 seconds")]
    private partial void LogUntold(Exception error, ServiceKey service, int count);
}
