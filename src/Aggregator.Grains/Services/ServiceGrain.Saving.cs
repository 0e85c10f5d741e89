using Aggregator.Domain;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

internal sealed partial class ServiceGrain
{
    private static readonly TimeSpan SaveAgainAfter = TimeSpan.FromSeconds(5);

    private long? _saveFailed;

    /// <summary>Whether it is among <see cref="PendingServices"/>; null if not known since it woke.</summary>
    private bool? _listed;

    private bool HasWork => _tracker.Open is not null || state.State is { Archived: false } or { Untold.Count: > 0 } or { Spiking: not null };

    // A store that hangs takes seconds to fail. Fifty regions that each wait for it would stand for minutes as they were last seen.
    private bool SavedInVain => _saveFailed is { } failed && clock.GetElapsedTime(failed) < SaveAgainAfter;

    /// <summary>Saves an incident and what is to be told of it, in one.</summary>
    /// <param name="undo">Called where that failed, when the state is again as it was.</param>
    private async Task Save(Incident incident, IncidentChange? change, Action undo)
    {
        var (saved, archived) = (state.State.Incident, state.State.Archived);
        using var span = change is null ? null : BeginChange(incident.Id, change.Kind);
        UntoldChange? untold = null;
        try
        {
            if (SavedInVain) throw new TimeoutException("The store did not answer a moment ago.");
            (state.State.Incident, state.State.Archived) = (IncidentDocument.From(incident, Behind()), false);
            if (change is not null) untold = AddUntold(state.State.Incident);
            await Write();
            if (change is not null) telemetry.Changed(change.Kind);
        }
        catch (Exception error)
        {
            span.Fail(error.GetType().Name);
            (state.State.Incident, state.State.Archived) = (saved, archived);
            if (untold is not null) state.State.Untold.Remove(untold);
            undo();
            throw;
        }
    }

    private string? SpikingAfter(RegionNews news)
    {
        var before = state.State.Spiking;
        if (news.Verdict.Level == Level.Spike) return before ?? (_tracker.Open is null ? news.Region : null);
        return news.Region == before && news.Verdict.Level != Level.Unknown ? null : before;
    }

    /// <summary>Saves that a region is a spike before an incident says so, and that it no longer is.</summary>
    private async Task NoteSpiking(string? after)
    {
        var before = state.State.Spiking;
        if (after == before || SavedInVain) return;

        state.State.Spiking = after;
        try
        {
            await Write();
        }
        catch
        {
            state.State.Spiking = before;
            throw;
        }
    }

    private async Task Write()
    {
        try
        {
            if (HasWork && _listed != true) await KeepListed();
            await state.WriteStateAsync();
            _saveFailed = null;
        }
        catch
        {
            _saveFailed = clock.GetTimestamp();
            throw;
        }
    }

    /// <summary>Keeps <see cref="PendingServices"/> in step: added before the save that needs it, removed only when the state was saved without work.</summary>
    private async Task KeepListed()
    {
        if (HasWork == _listed || _toldToSave) return;
        if (HasWork) await pending.Add(_service);
        else await pending.Remove(_service);
        _listed = HasWork;
    }

    private async Task Archive()
    {
        if (state.State.Archived || state.State.Incident is not { } incident) return;
        try
        {
            await archive.Put(incident);
            state.State.Archived = true;
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            // The state has it; the watch tries again.
            LogNotArchived(error, incident.Id);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Incident {Incident} has not reached the archive; it is tried again")]
    private partial void LogNotArchived(Exception error, string incident);
}
