namespace Aggregator.Domain;

internal sealed partial class ScanWindows
{
    public void Save(BinaryWriter to)
    {
        to.Write(_bucket);
        to.Write(_emptyThrough);
        to.Write(_networks);
        to.Write(_farBest.Score);
        to.Write(_farBest.Observed);
        to.Write(_farBest.Expected);
        to.Write(_farBest.From);
        to.Write(_farBest.Through);
        to.Write(_farBest.Phi);
        foreach (var values in new[] { _farReports, _nearReports, _nearNetworks })
        {
            // Running sums differ by little from place to place: small differences are short.
            for (var i = 0; i < values.Length; i++) to.Write7BitEncodedInt64(values[i] - (i == 0 ? 0 : values[i - 1]));
        }

        foreach (var value in _farExpected) to.Write(value);
        foreach (var value in _nearExpected) to.Write(value);
    }

    public void Load(BinaryReader from)
    {
        _bucket = from.ReadInt64();
        _emptyThrough = from.ReadInt64();
        _networks = from.ReadDouble();
        _farBest = new(from.ReadDouble(), from.ReadDouble(), from.ReadDouble(), from.ReadInt64(), from.ReadInt64(), from.ReadDouble());
        foreach (var values in new[] { _farReports, _nearReports, _nearNetworks })
        {
            for (var i = 0; i < values.Length; i++) values[i] = from.Read7BitEncodedInt64() + (i == 0 ? 0 : values[i - 1]);
        }

        for (var i = 0; i < _farExpected.Length; i++) _farExpected[i] = from.ReadDouble();
        for (var i = 0; i < _nearExpected.Length; i++) _nearExpected[i] = from.ReadDouble();
    }
}
