namespace Aggregator.Simulator;

/// <summary>Quasi-Poisson regression of counts on time, log mean = a + b t, by weighted least squares again and again; the prediction is for t = 0.</summary>
internal sealed class Regression(int most)
{
    private const int Rounds = 6;
    private readonly double[] _time = new double[most];
    private readonly double[] _count = new double[most];
    private readonly double[] _weight = new double[most];
    private readonly double[] _mean = new double[most];
    private readonly double[] _leverage = new double[most];

    public int Count { get; private set; }

    /// <summary>The largest count given.</summary>
    public double Most { get; private set; }

    /// <summary>The mean at time 0.</summary>
    public double Expected { get; private set; }

    /// <summary>The variance of that mean's estimate.</summary>
    public double ExpectedVariance { get; private set; }

    /// <summary>Variance over mean, at least 1.</summary>
    public double Dispersion { get; private set; }

    public void Clear() => (Count, Most) = (0, 0);

    public void Add(double time, double count)
    {
        (_time[Count], _count[Count], _weight[Count]) = (time, count, 1);
        Most = Math.Max(Most, count);
        Count++;
    }

    public void Fit(bool trend)
    {
        double total = 0, weights = 0;
        for (var i = 0; i < Count; i++) (total, weights) = (total + _weight[i] * _count[i], weights + _weight[i]);
        var (a, b) = (Math.Log(Math.Max(total / weights, 1e-3)), 0.0);
        double s0 = 0, s1 = 0, s2 = 0, determinant = 0;
        for (var round = 0; round < (trend ? Rounds : 1); round++)
        {
            (s0, s1, s2) = (0, 0, 0);
            double z0 = 0, z1 = 0;
            for (var i = 0; i < Count; i++)
            {
                var log = Math.Clamp(a + b * _time[i], -10, 25);
                var mean = _mean[i] = Math.Exp(log);
                var (w, z) = (_weight[i] * mean, log + (_count[i] - mean) / mean);
                (s0, s1, s2) = (s0 + w, s1 + w * _time[i], s2 + w * _time[i] * _time[i]);
                (z0, z1) = (z0 + w * z, z1 + w * z * _time[i]);
            }

            determinant = s0 * s2 - s1 * s1;
            if (!trend || determinant < 1e-9 * s0 * s2) break;
            var (before, slope) = (a, b);
            (a, b) = ((s2 * z0 - s1 * z1) / determinant, (s0 * z1 - s1 * z0) / determinant);
            if (Math.Abs(a - before) + Math.Abs(b - slope) < 1e-6) break;
        }

        // Without a trend the level is all there is to know: its variance is that of a mean.
        if (trend && determinant >= 1e-9 * s0 * s2) Settle(a, b, s0, s1, s2, determinant);
        else Settle(a, 0, s0, 0, s0, s0 * s0);
    }

    /// <summary>What lies far above the fit is an outbreak of the past and must not hide the next: its weight falls with the square of its residual.</summary>
    /// <param name="beyond">Anscombe residuals from which it does.</param>
    public void WeighDown(double beyond)
    {
        double squares = 0;
        for (var i = 0; i < Count; i++)
        {
            var residual = 1.5 * (Math.Cbrt(_count[i] * _count[i]) - Math.Cbrt(_mean[i] * _mean[i]))
                / (Math.Sqrt(Dispersion) * Math.Pow(_mean[i], 1.0 / 6) * Math.Sqrt(Math.Max(1e-6, 1 - _leverage[i])));
            _weight[i] = residual > beyond ? 1 / (residual * residual) : 1;
            squares += _weight[i];
        }

        for (var i = 0; i < Count; i++) _weight[i] *= Count / squares;
    }

    private void Settle(double a, double b, double s0, double s1, double s2, double determinant)
    {
        double pearson = 0;
        for (var i = 0; i < Count; i++)
        {
            var mean = _mean[i] = Math.Exp(Math.Clamp(a + b * _time[i], -10, 25));
            var off = _count[i] - mean;
            pearson += _weight[i] * off * off / mean;
            var (squared, crossed) = s1 == 0 ? (0, 0) : (s0 * _time[i] * _time[i], 2 * s1 * _time[i]);
            _leverage[i] = _weight[i] * mean * (s2 - crossed + squared) / determinant;
        }

        Dispersion = Math.Max(1, pearson / Math.Max(1, Count - 2));
        Expected = Math.Exp(Math.Clamp(a, -10, 25));
        ExpectedVariance = Dispersion * Expected * Expected * s2 / determinant;
    }
}
