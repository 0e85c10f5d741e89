namespace Aggregator.Domain;

internal sealed partial class ScanWindows
{
    public void Save(BinaryWriter to)
    {
        to.Write(_bucket);
        to.Write(_first);
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

        foreach (var value in _farUsual) to.Write(value);
        foreach (var value in _nearUsual) to.Write(value);
    }

    public void Load(BinaryReader from)
    {
        _bucket = from.ReadInt64();
        _first = from.ReadInt64();
        _emptyThrough = from.ReadInt64();
        _networks = from.ReadDouble();
        _farBest = new(from.ReadDouble(), from.ReadDouble(), from.ReadDouble(), from.ReadInt64(), from.ReadInt64(), from.ReadDouble());
        foreach (var values in new[] { _farReports, _nearReports, _nearNetworks })
        {
            for (var i = 0; i < values.Length; i++) values[i] = from.Read7BitEncodedInt64() + (i == 0 ? 0 : values[i - 1]);
        }

        for (var i = 0; i < _farUsual.Length; i++) _farUsual[i] = from.ReadDouble();
        for (var i = 0; i < _nearUsual.Length; i++) _nearUsual[i] = from.ReadDouble();
    }
}
