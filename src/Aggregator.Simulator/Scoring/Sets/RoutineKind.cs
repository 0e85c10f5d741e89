namespace Aggregator.Simulator;

/// <summary>What happens to a series of a routine set.</summary>
internal enum RoutineKind
{
    /// <summary>A peak at the same hour of every day.</summary>
    DailyPeak,

    /// <summary>A peak at the same hour of every working day.</summary>
    WorkingDayPeak,

    /// <summary>A peak at the same hour of one day of the week.</summary>
    WeeklyPeak,

    /// <summary>One outage of an even rate, for many hours.</summary>
    LongOutage,

    /// <summary>A level that rises within an hour and stays.</summary>
    LastingLevel,
}
