namespace Aggregator.Domain;

internal sealed partial class Baseline
{
    public void Save(BinaryWriter to) => Each((ref double value) => to.Write(value), values =>
    {
        foreach (var value in values) to.Write(value);
    }, (ref long value) => to.Write(value));

    public void Load(BinaryReader from) => Each((ref double value) => value = from.ReadDouble(), values =>
    {
        for (var i = 0; i < values.Length; i++) values[i] = from.ReadSingle();
    }, (ref long value) => value = from.ReadInt64());

    public void SavePeaks(BinaryWriter to)
    {
        Peaks.Save(to);
        to.Write(_usualWithoutPeak);
        to.Write(_inPeak);
    }

    public void LoadPeaks(BinaryReader from)
    {
        Peaks.Load(from);
        _usualWithoutPeak = from.ReadDouble();
        _inPeak = from.ReadBoolean();
    }

    private delegate void Visit<T>(ref T value);

    // One list for both ways, so that what is saved and what is loaded cannot drift apart.
    private void Each(Visit<double> number, Action<float[]> table, Visit<long> index)
    {
        index(ref _day);
        foreach (var values in new[] { _sums, _seen, _profile }) table(values);
        foreach (var values in new[] { _levels, _phi, _phiExcess, _phiWeight, _scaleReports, _scaleUsual, _scaleLevel })
            for (var i = 0; i < values.Length; i++) number(ref values[i]);
        number(ref _meanReports);
        number(ref _meanSeen);
        number(ref _learned);
        number(ref _level);
        number(ref _levelVariance);
        number(ref _standing);
        number(ref _standingReports);
        number(ref _standingUsual);
        var usual = Usual;
        number(ref usual);
        Usual = _usualWithoutPeak = usual;
    }
}
