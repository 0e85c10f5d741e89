namespace Aggregator.Simulator;

/// <summary>A number that wanders around 0 and is always drawn back to it; continuous in time, so it may be asked in steps of any length.</summary>
/// <remarks>An Ornstein-Uhlenbeck process in exact steps, begun in its steady state.</remarks>
/// <param name="variance">Of the number, over long times.</param>
/// <param name="memory">Minutes after which a third of a deviation is left.</param>
internal sealed class Wander(Dice dice, double variance, double memory)
{
    private double _at = Math.Sqrt(variance) * dice.Normal();
    private double _step;
    private double _kept;
    private double _push;

    /// <summary>The number after so many minutes more.</summary>
    public double After(double minutes)
    {
        if (minutes != _step)
        {
            _step = minutes;
            _kept = Math.Exp(-minutes / memory);
            _push = Math.Sqrt(variance * (1 - _kept * _kept));
        }

        return _at = _kept * _at + _push * dice.Normal();
    }
}
