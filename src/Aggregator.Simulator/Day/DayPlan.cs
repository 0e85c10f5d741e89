using System.Text;

namespace Aggregator.Simulator;

/// <summary>What the caller asked of a day.</summary>
/// <param name="Requests">How many are under way at once.</param>
/// <param name="CheckAll">Whether every series is read back, or all services and some of their regions.</param>
internal sealed record DayOptions(long Reports, int Services, int Regions, int Requests, long Seed, bool CheckAll);

/// <summary>All that a piece of the day is drawn from: made once, then only read.</summary>
/// <remarks>A piece is a range of the day's reports, so each has the same number, and can be drawn without those before it.</remarks>
internal sealed class DayPlan
{
    public const int PieceReports = 200_000;

    /// <summary>The day, squeezed: reports may lie at most 24 hours back, and the first are some minutes on their way.</summary>
    public static readonly TimeSpan Length = new(23, 50, 0);

    private readonly long[] _before;

    public DayPlan(DayOptions options, DateTimeOffset end)
    {
        Options = options;
        Cast = DayCast.Of(options.Services, options.Regions);
        Start = new DateTimeOffset(end.UtcTicks - end.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero) - Length;
        _before = DayShape.Before(options.Seed, options.Reports, (int)Length.TotalSeconds);
        // A lot is a service and a symptom: one draw for both.
        Lots = new([.. Cast.ServiceShares.SelectMany(share => DayCast.Symptoms.Select(symptom => share * symptom.Share))]);
        RegionLots = new([.. Cast.RegionShares]);
        Heads = [.. Cast.Services.Select(service => Encoding.UTF8.GetBytes($"{{\"service\":\"{service}\",\"region\":\""))];
        Regions = [.. Cast.Regions.Select(Encoding.UTF8.GetBytes)];
        Tails = [.. DayCast.Symptoms.Select(symptom => Encoding.UTF8.GetBytes($"\",\"symptom\":\"{symptom.Name}\",\"at\":\""))];
    }

    public DayOptions Options { get; }
    public DayCast Cast { get; }
    public DateTimeOffset Start { get; }
    public DateTimeOffset End => Start + Length;
    public Lots Lots { get; }
    public Lots RegionLots { get; }
    public byte[][] Heads { get; }
    public byte[][] Regions { get; }
    public byte[][] Tails { get; }

    public int Pieces => (int)((Options.Reports + PieceReports - 1) / PieceReports);

    /// <summary>How many series there can be: a service's regions lie side by side.</summary>
    public int Cells => Heads.Length * Regions.Length;

    public int ReportsOf(int piece) => (int)Math.Min(PieceReports, Options.Reports - (long)piece * PieceReports);

    /// <summary>How many reports the day has until the end of this second.</summary>
    public long Until(int second) => _before[second + 1];

    /// <summary>The second of a report: the first by whose end it is there.</summary>
    public int SecondOf(long report)
    {
        var (low, high) = (0, _before.Length - 2);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Until(middle) > report) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
