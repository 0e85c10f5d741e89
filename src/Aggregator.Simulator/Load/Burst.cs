using System.Globalization;

namespace Aggregator.Simulator;

/// <summary>A higher rate that comes again and again.</summary>
/// <param name="For">How long it lasts: the end of each <paramref name="Every"/>.</param>
internal sealed record Burst(double Rate, TimeSpan For, TimeSpan Every)
{
    /// <summary><c>8000:5@20</c>: 8,000 a second for the last 5 of every 20 seconds.</summary>
    public static Burst Parse(string text)
    {
        var parts = text.Split(':', '@');
        if (parts.Length == 3 && text.IndexOf(':') < text.IndexOf('@')
            && Number(parts[0], out var rate) && Number(parts[1], out var length) && Number(parts[2], out var every)
            && rate <= LoadOptions.MostRate && length < every && every <= LoadOptions.MostSeconds)
        {
            return new(rate, TimeSpan.FromSeconds(length), TimeSpan.FromSeconds(every));
        }

        throw new UsageException($"--burst: '{text}' is not of the form RATE:SECONDS@EVERY, such as 8000:5@20 for 8,000 a second during the last 5 of every 20 seconds.");
    }

    private static bool Number(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && number > 0;
}
