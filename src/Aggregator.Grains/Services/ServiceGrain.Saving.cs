using Aggregator.Domain;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

internal sealed partial class ServiceGrain
{
    private static readonly TimeSpan SaveAgainAfter = TimeSpan.FromSeconds(5);

    private long? _saveFailed;

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

    /// <summary>Saves that a region is a spike before an incident says so, and that it no longer is.</summary>
    private async Task NoteSpiking(RegionNews news)
    {
        var before = state.State.Spiking;
        var after = news.Verdict.Level == Level.Spike ? before ?? (_tracker.Open is null ? news.Region : null)
            : news.Region == before && news.Verdict.Level != Level.Unknown ? null : before;
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
            await state.WriteStateAsync();
            _saveFailed = null;
        }
        catch
        {
            _saveFailed = clock.GetTimestamp();
            throw;
        }
    }

    private async Task Archive()
    {
        if (state.State.Archived || state.State.Incident is not { } incident) return;
        try
        {
            await archive.Put(incident);
            state.State.Archived = true;
        }
        catch (Exception error) when (error is StackExchange.Redis.RedisException or TimeoutException)
        {
            // The state has it; the watch tries again.
            LogNotArchived(error, incident.Id);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Incident {Incident} has not reached the archive; it is tried again")]
    private partial void LogNotArchived(Exception error, string incident);
}
