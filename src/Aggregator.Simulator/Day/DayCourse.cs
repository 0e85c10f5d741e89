namespace Aggregator.Simulator;

/// <summary>Monday 20 October 2025, the day of the outage at AWS, as its reports came: when, and from where.</summary>
/// <remarks>
/// Known: 17 million reports over 2,000 services and 60 countries, 06:48 to 21:20 UTC, spikes from 07:00, a second and bigger jump about nine hours later,
/// and of the first hours US 1.4 million, GB 0.8, NL and AU 0.4 each, FR and JP 0.35 each. Guessed: the curves in between, that these six
/// had 3.7 of 6.5 million and all day the same part, how the other regions share the rest, and 14 ordinary reports a second.
/// </remarks>
internal static class DayCourse
{
    /// <summary>The first ten minutes after midnight are left out: reports are taken up to 24 hours back, and a request may have to be sent again.</summary>
    public static readonly TimeSpan Begin = TimeSpan.FromMinutes(10);

    public static readonly TimeSpan End = TimeSpan.FromDays(1);

    /// <summary>The day is laid out in steps as long as the aggregator's buckets.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan FirstOnset = new(6, 48, 0);
    public static readonly TimeSpan SecondOnset = new(15, 48, 0);

    private const double Named = 3.7 / 6.5;
    private const double Ordinary = 1.2, First = 6.3, Second = 9.5;

    private static readonly WaveShape FirstWave = new(
    [
        Rise(12, 0.04), Rise(8, 0.85), Rise(20, 1), Rise(60, 0.8), Fall(90, 0.35), Fall(350, 0.18), Fall(120, 0.004),
    ]);

    private static readonly WaveShape SecondWave = new(
    [
        Rise(2, 0.02), Rise(8, 0.9), Rise(30, 1), Rise(60, 0.75), Fall(120, 0.3), Fall(112, 0.004),
    ]);

    /// <summary>Regions and their parts of the reports, the largest first; they add up to 1.</summary>
    public static IReadOnlyList<(string Region, double Part)> Regions { get; } = Parts(
        [("US", 1.4), ("GB", 0.8), ("NL", 0.4), ("AU", 0.4), ("FR", 0.35), ("JP", 0.35)],
        "DE IN CA ES IT BR SE IE PL CH MX BE NO DK FI SG ZA NZ PT AT KR TR GR CZ AR CL CO PH MY ID HK TW TH IL AE SA HU RO UA VN PE EG NG KE PK BD SK BG HR RS LT LV EE LU");

    /// <summary>How many of so many reports come in which step: whole numbers that add up to all of them.</summary>
    /// <returns>For each step, how many come before its end.</returns>
    public static long[] UpTo(long reports)
    {
        var upTo = new long[(End - Begin) / Step is var steps ? (int)steps : 0];
        for (var step = 0; step < upTo.Length; step++) upTo[step] = (long)Math.Round(reports * Share(Begin + (step + 1) * Step));
        return upTo;
    }

    /// <summary>Which part of the day's reports has come by then.</summary>
    public static double Share(TimeSpan time) =>
        (Ordinary * ((time - Begin) / (End - Begin)) + First * Done(FirstWave, time - FirstOnset) + Second * Done(SecondWave, time - SecondOnset)) / (Ordinary + First + Second);

    private static double Done(WaveShape wave, TimeSpan sinceOnset) => wave.Sum(sinceOnset) / wave.Sum(wave.Length);

    private static (string Region, double Part)[] Parts((string Region, double Part)[] named, string others)
    {
        var codes = others.Split(' ');
        var weights = codes.Select((code, i) => (Region: code, Part: 1.0 / (i + 3))).ToArray();
        var (sum, rest) = (named.Sum(region => region.Part), weights.Sum(region => region.Part));
        return [.. named.Select(region => (region.Region, region.Part / sum * Named)), .. weights.Select(region => (region.Region, region.Part / rest * (1 - Named)))];
    }

    private static Phase Rise(int minutes, double to) => new(TimeSpan.FromMinutes(minutes), to, Exponential: false);

    private static Phase Fall(int minutes, double to) => new(TimeSpan.FromMinutes(minutes), to, Exponential: true);
}
