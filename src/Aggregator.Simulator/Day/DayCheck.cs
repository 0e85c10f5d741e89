namespace Aggregator.Simulator;

/// <summary>A series that is read back, and what it must hold.</summary>
internal readonly record struct DayQuestion(string Service, string Region, long Expected);

/// <summary>A series that holds something else.</summary>
internal readonly record struct DayDifference(DayQuestion Question, long Found);

/// <summary>What is asked after a day: the sum of every service, and every region of some.</summary>
internal static class DayCheck
{
    public const string All = "ALL";

    public static IEnumerable<DayQuestion> Questions(DayPlan plan, int byRegion)
    {
        var tally = plan.Tally();
        var regions = DayPlan.Regions;
        for (var service = 0; service < plan.Services.Count; service++)
            yield return new(plan.Services[service], All, Enumerable.Range(0, regions.Count).Sum(region => tally[service, region]));

        // Spread over all services, the first and the last among them.
        var some = Math.Min(byRegion, plan.Services.Count);
        for (var i = 0; i < some; i++)
        {
            var service = some == 1 ? 0 : (int)((long)i * (plan.Services.Count - 1) / (some - 1));
            for (var region = 0; region < regions.Count; region++) yield return new(plan.Services[service], regions[region], tally[service, region]);
        }
    }
}
