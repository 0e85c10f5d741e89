namespace Aggregator.Simulator;

/// <summary>How the rate of one service's ordinary reports strays from the hour of the week: variances of its logarithm, memories in minutes.</summary>
/// <remarks>
/// The figures were measured on public outage reports in minute counts: with the shape of the day taken out, the variance beyond Poisson is 3 to 15 % of
/// the squared mean, falls by a third to a half from one minute to an hour, is half gone after one to three hours, and about half of it is common to all regions.
/// </remarks>
/// <param name="Common">Of the whole service: talk of the town, slow.</param>
/// <param name="Regional">Of one region.</param>
/// <param name="Gusts">Of one region, within a minute.</param>
internal sealed record Noise(double Common, double CommonMemory, double Regional, double RegionalMemory, double Gusts)
{
    private const double GustMemory = 0.7;

    public static Noise Draw(Dice dice) =>
        new(dice.Between(0.015, 0.08), dice.Between(90, 240), dice.Between(0.008, 0.03), dice.Between(30, 120), dice.Between(0.005, 0.04));

    public Wander OfService(Dice dice) => new(dice, Common, CommonMemory);

    public Wander OfRegion(Dice dice) => new(dice, Regional, RegionalMemory);

    public Wander OfGusts(Dice dice) => new(dice, Gusts, GustMemory);

    /// <summary>What the sum of the three makes of the mean rate; its mean is 1.</summary>
    public double Factor(double sum) => Math.Exp(sum - (Common + Regional + Gusts) / 2);
}
