using Aggregator.Domain;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

internal sealed partial class RegionGrain
{
    [LoggerMessage(LogLevel.Information, "{Series} is {Level} ({Reason}): {Observed} reports where {Expected} are usual")]
    private partial void LogVerdict(SeriesKey series, Level level, VerdictReason reason, double observed, double expected);

    [LoggerMessage(LogLevel.Warning, "{Series} could not close its bucket; the next close tries again")]
    private partial void LogTickFailed(Exception error, SeriesKey series);

    [LoggerMessage(LogLevel.Warning, "{Series} could not save its baseline; it tries again in a minute")]
    private partial void LogSaveFailed(Exception error, SeriesKey series);

    [LoggerMessage("{Series} had no saved baseline that can be read; it was learned anew from {Minutes} minutes with reports")]
    private partial void LogLearnedAnew(LogLevel level, SeriesKey series, int minutes);

    [LoggerMessage(LogLevel.Debug, "{Series} has not heard what all regions show; its own verdict stands")]
    private partial void LogRestUnheard(Exception error, SeriesKey series);
}
