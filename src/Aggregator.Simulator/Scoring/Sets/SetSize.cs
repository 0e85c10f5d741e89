namespace Aggregator.Simulator;

/// <summary>How much a seeded set holds.</summary>
/// <param name="Services">Their volumes lie evenly between the quietest and the loudest.</param>
/// <param name="Regions">Of each service; their sum is a series too.</param>
/// <param name="Days">Of which the first 28 are history and are not judged.</param>
internal sealed record SetSize(int Services = 16, int Regions = 3, int Days = 56)
{
    /// <summary>Reports per minute of the quietest service, all regions together.</summary>
    public const double Quietest = 0.04;

    /// <summary>And of the loudest.</summary>
    public const double Loudest = 600;

    /// <summary>Of every series as many minutes.</summary>
    public int Minutes => Days * 1440;
}
