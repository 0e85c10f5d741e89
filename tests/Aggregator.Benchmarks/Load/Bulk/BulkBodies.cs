using System.Text;

namespace Aggregator.Benchmarks;

/// <summary>Bodies of <c>POST /v1/reports</c>, made before anything is timed. All keys are equally likely.</summary>
/// <param name="reporters">Each line names a reporter that no other line names, and a network that ten reporters of the same service share.</param>
internal sealed class BulkBodies(IReadOnlyList<string> services, IReadOnlyList<string> regions, bool reporters)
{
    public const int Lines = 100_000;

    private const int PerNetwork = 10;

    private readonly Random _dice = new(7);
    private long _reporter;

    public IReadOnlyList<string> Services => services;

    public byte[][] Next(int bodies) => [.. Enumerable.Range(0, bodies).Select(_ => Next())];

    private byte[] Next()
    {
        var body = new StringBuilder(Lines * 112);
        var service = "";
        for (var i = 0; i < Lines; i++)
        {
            if (!reporters || i % PerNetwork == 0) service = services[_dice.Next(services.Count)];
            body.Append($"{{\"service\":\"{service}\",\"region\":\"{regions[_dice.Next(regions.Count)]}\",\"symptom\":\"login\"");
            if (reporters) body.Append($",\"reporter\":\"r{_reporter:000000000}\",\"network\":\"n{_reporter++ / PerNetwork:00000000}\"");
            body.Append("}\n");
        }

        return Encoding.ASCII.GetBytes(body.ToString());
    }
}
