namespace Aggregator.Simulator;

/// <summary>Ordinary people are not quite alone: some bring others, who report within the next minutes.</summary>
/// <remarks>
/// Without it the quiet series would be too easy. Of public outage reports with hardly one in ten minutes, the variance is 1.06 times the mean in one minute,
/// 1.2 in five and 1.3 in fifteen, and now and then there are many at once: one of 23 brings others, two on average, after two minutes on average.
/// </remarks>
/// <param name="cellMinutes">The time is cut into cells of this length.</param>
internal sealed class Company(Dice dice, double cellMinutes)
{
    private const double Bring = 0.043;
    private const double Others = 2;
    private const double DelayMinutes = 2.2;
    private readonly int[] _later = new int[256];
    private int _cell;

    /// <summary>How many come in the next cells, where so many come on average.</summary>
    public int Next(double mean, int cells = 1)
    {
        var alone = dice.Poisson(mean / (1 + Bring * Others));
        for (var bring = dice.Poisson(alone * Bring); bring > 0; bring--)
        {
            var told = dice.Next() * cells;
            do Come(told - Math.Log(1 - dice.Next()) * DelayMinutes / cellMinutes);
            while (dice.Next() >= 1 / Others);
        }

        var came = alone;
        for (var i = 0; i < cells; i++)
        {
            came += _later[_cell];
            _later[_cell] = 0;
            _cell = (_cell + 1) % _later.Length;
        }

        return came;
    }

    private void Come(double cell) => _later[(_cell + Math.Min((int)cell, _later.Length - 1)) % _later.Length]++;
}
