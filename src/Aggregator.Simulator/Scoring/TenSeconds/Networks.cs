namespace Aggregator.Simulator;

/// <summary>Where honest people report from: most from one of very many networks, some from one of few that many share.</summary>
/// <remarks>The shared ones, carriers' gateways and universities, are of very unequal size: the k-th largest has k^-0.8 of the largest (Zipf).</remarks>
internal static class Networks
{
    private const int Own = 50_000;
    private const int Shared = 500;
    private const double SharedReports = 0.3;
    private static readonly double[] Upto = Cumulated();

    /// <summary>Names of networks from here on are nobody's: bots may have them.</summary>
    public const int FirstOfBots = Own + Shared;

    public static int Draw(Dice dice)
    {
        if (dice.Next() >= SharedReports) return Shared + (int)(dice.Next() * Own);
        var place = Array.BinarySearch(Upto, dice.Next() * Upto[^1]);
        return Math.Min(place < 0 ? ~place : place, Shared - 1);
    }

    private static double[] Cumulated()
    {
        var sums = new double[Shared];
        for (var i = 0; i < Shared; i++) sums[i] = (i == 0 ? 0 : sums[i - 1]) + Math.Pow(i + 1, -0.8);
        return sums;
    }
}
