using Aggregator.Domain;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

internal sealed partial class RegionGrain
{
    [LoggerMessage(LogLevel.Information, "{Series} is {Level} ({Reason}): {Observed} reports where {Expected} are usual")]
    private partial void LogVerdict(SeriesKey series, Level level, VerdictReason reason, double observed, double expected);

    [LoggerMessage("{Series} had no saved baseline that can be read; it was learned anew from {Minutes} minutes with reports")]
    private partial void LogLearnedAnew(LogLevel level, SeriesKey series, int minutes);

    [LoggerMessage(LogLevel.Debug, "{Series} has not heard what all regions show; its own verdict stands")]
    private partial void LogRestUnheard(Exception error, SeriesKey series);
}
