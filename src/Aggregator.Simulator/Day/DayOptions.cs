namespace Aggregator.Simulator;

/// <summary>What one request of a day holds.</summary>
internal enum DayOrder
{
    /// <summary>The whole day of some services, as an archive has it.</summary>
    Service,

    /// <summary>Some minutes of all services, as they came.</summary>
    Time,
}

/// <summary>How much of a day is asked for, and how it is sent.</summary>
/// <param name="Reports">All reports of the day.</param>
/// <param name="Services">Keys made of <paramref name="Prefix"/> and four digits.</param>
/// <param name="Skew">0: all services are alike; 1: the second gets half of what the first gets, the third a third, and so on.</param>
/// <param name="Lines">Reports in one request, about.</param>
/// <param name="AtOnce">Requests under way at the same time.</param>
/// <param name="ByRegion">Services of which every region is read back, and not only their sum.</param>
internal sealed record DayOptions(long Reports, int Services, string Prefix, double Skew, DayOrder Order, int Lines, int AtOnce, int ByRegion, long Seed)
{
    public const int MostServices = 10_000;

    /// <summary>Every fault at once.</summary>
    public DayOptions Checked()
    {
        var faults = new List<string>();
        Check(Reports is >= 1 and <= 1_000_000_000, "--reports: from 1 to 1000000000.");
        Check(Services is >= 1 and <= MostServices, $"--services: from 1 to {MostServices}.");
        Check(Domain.ServiceKey.TryParse($"{Prefix}0000", out _), $"--prefix: '{Prefix}' does not make keys such as aws-0001.");
        Check(Skew is >= 0 and <= 3, "--skew: from 0 to 3.");
        Check(Lines is >= 1 and <= 10_000_000, "--lines: from 1 to 10000000.");
        Check(AtOnce is >= 1 and <= 64, "--at-once: from 1 to 64.");
        Check(ByRegion >= 0, "--by-region: 0 or more.");
        return faults.Count == 0 ? this : throw new UsageException(string.Join('\n', faults));

        void Check(bool holds, string otherwise)
        {
            if (!holds) faults.Add(otherwise);
        }
    }
}
