namespace Aggregator.Simulator;

/// <summary>The course of an outage, drawn: what part of its size falls into each minute.</summary>
/// <param name="Minutes">Minute by minute, the fullest quarter of an hour adding up to 1.</param>
/// <param name="Length">Minutes from the onset until hardly anything is left; what comes after them is the tail.</param>
internal sealed record OutageShape(double[] Minutes, int Length)
{
    private const double HardlyAnything = 0.05;

    public static IReadOnlyList<string> Kinds { get; } = ["abrupt", "ramp", "spike", "longdegr", "multiwave", "crowd", "small"];

    public static OutageShape Draw(string kind, Dice dice) => Of(
    [
        .. kind switch
        {
            "spike" => [To(0, 1), To(dice.Between(3, 7), 0.95), Fade(dice.Between(1, 3), 0.05)],
            "ramp" => [To(dice.Between(15, 50), 1), To(dice.Between(15, 45), 0.85), Fade(dice.Between(20, 45), 0.05)],
            // An hour and a half, then hours of limping.
            "longdegr" => [To(dice.Between(1, 10), 1), To(90, 0.85), Fade(10, dice.Between(0.1, 0.25)), Fade(dice.Between(120, 330), 0.06), Fade(15, 0.03)],
            "multiwave" => [.. Wave(dice), .. Wave(dice), .. Wave(dice)],
            // Everybody felt the same at the same moment: most answer within minutes, the others ever later.
            "crowd" => [To(dice.Between(4, 18), 1), Fade(dice.Between(8, 25), 0.35), Fade(dice.Between(15, 150), 0.05)],
            _ => new[] { To(0, 1), To(dice.Between(30, 75), 0.85), Fade(dice.Between(15, 40), 0.05) },
        },
        Fade(dice.Between(5, 30), 0.005),
    ]);

    private static OutageShape Of(IReadOnlyList<Phase> phases)
    {
        var wave = new WaveShape(phases);
        var minutes = new double[(int)Math.Ceiling(wave.Length.TotalMinutes)];
        for (var i = 0; i < minutes.Length; i++) minutes[i] = wave.Sum(TimeSpan.FromMinutes(i + 1)) - wave.Sum(TimeSpan.FromMinutes(i));

        var least = HardlyAnything * minutes.Max();
        var quarter = Enumerable.Range(0, minutes.Length).Max(first => minutes.Skip(first).Take(15).Sum());
        return new([.. minutes.Select(part => part / quarter)], 1 + Array.FindLastIndex(minutes, part => part >= least));
    }

    private static Phase[] Wave(Dice dice)
    {
        var height = dice.Between(0.5, 1);
        return [To(dice.Between(1, 8), height), To(dice.Between(12, 20), height), Fade(dice.Between(6, 12), 0.08), To(dice.Between(8, 18), 0.05)];
    }

    private static Phase To(double minutes, double level) => new(TimeSpan.FromMinutes(Math.Max(minutes, 0.01)), level, Exponential: false);

    private static Phase Fade(double minutes, double level) => new(TimeSpan.FromMinutes(minutes), level, Exponential: true);
}
