namespace Aggregator.Domain;

public sealed partial class SpikeDetector
{
    private const byte Version = 5;

    // Saved by versions that knew neither recurring peaks nor a spike's recovery.
    private const byte VersionBefore = 4;

    /// <summary>All that is needed to go on after a restart, in a few kB.</summary>
    public byte[] Save()
    {
        using var bytes = new MemoryStream(8192);
        using var to = new BinaryWriter(bytes);
        to.Write(Version);
        to.Write((int)Grid.Length.TotalSeconds);
        to.Write(Next ?? long.MinValue);
        to.Write(_step ?? long.MinValue);
        to.Write(_stepReports);
        to.Write(_stepSeen);
        to.Write(_gaps);
        to.Write(_open);
        to.Write(_spike);
        to.Write(_unrestAt);
        to.Write(_opened);
        to.Write(_before.Level);
        to.Write(_before.Minute);
        to.Write(_before.Opened);
        to.Write(_spikeSince.UtcTicks);
        to.Write(_onset.UtcTicks);
        to.Write(_surest);
        to.Write((byte)Latest.Level);
        to.Write((byte)Latest.Reason);
        to.Write(Latest.Observed);
        to.Write(Latest.Expected);
        to.Write(Latest.Window.Ticks);
        to.Write(Latest.Score);
        to.Write(Latest.Since.UtcTicks);
        to.Write(Latest.Overdispersion);
        to.Write((Latest.Onset ?? DateTimeOffset.MinValue).UtcTicks);
        _baseline.Save(to);
        _windows.Save(to);
        to.Write(_before.Standing);
        _recovery.Save(to);
        to.Write(_newUsualThrough);
        _baseline.SavePeaks(to);
        return bytes.ToArray();
    }

    /// <summary>Goes on from what <see cref="Save"/> gave; false, and nothing changed, where the bytes are not of this version.</summary>
    public bool TryLoad(ReadOnlySpan<byte> saved)
    {
        var loaded = new SpikeDetector(Grid, _options);
        try
        {
            using var bytes = new MemoryStream(saved.ToArray(), writable: false);
            using var from = new BinaryReader(bytes);
            var version = from.ReadByte();
            if (version is not (Version or VersionBefore) || from.ReadInt32() != (int)Grid.Length.TotalSeconds) return false;
            loaded.Read(from);
            if (version == Version) loaded.ReadRecoveryAndPeaks(from);
            else loaded.BeginRecovery();
            if (bytes.Position != bytes.Length) return false;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException or OverflowException)
        {
            return false;
        }

        Take(loaded);
        return true;
    }

    private void Read(BinaryReader from)
    {
        Next = from.ReadInt64() is var next && next == long.MinValue ? null : next;
        _step = from.ReadInt64() is var step && step == long.MinValue ? null : step;
        _stepReports = from.ReadDouble();
        _stepSeen = from.ReadInt64();
        _gaps = from.ReadInt64();
        _open = from.ReadBoolean();
        _spike = from.ReadBoolean();
        _unrestAt = from.ReadInt64();
        _opened = from.ReadInt64();
        _before = new(from.ReadDouble(), Standing: 1, from.ReadInt64(), from.ReadInt64());
        _spikeSince = new(from.ReadInt64(), TimeSpan.Zero);
        _onset = new(from.ReadInt64(), TimeSpan.Zero);
        _surest = from.ReadDouble();
        Latest = new(
            (Level)from.ReadByte(), (VerdictReason)from.ReadByte(), from.ReadDouble(), from.ReadDouble(),
            new(from.ReadInt64()), from.ReadDouble(), new(from.ReadInt64(), TimeSpan.Zero), from.ReadDouble(),
            from.ReadInt64() is var onset && onset == 0 ? null : new(onset, TimeSpan.Zero));
        _baseline.Load(from);
        _windows.Load(from);
    }

    private void BeginRecovery()
    {
        _before = _before with { Standing = _baseline.Standing };
        _recovery = new(Latest.Observed, Latest.Expected);
    }

    private void ReadRecoveryAndPeaks(BinaryReader from)
    {
        _before = _before with { Standing = from.ReadDouble() };
        _recovery = Recovery.Load(from);
        _newUsualThrough = from.ReadInt64();
        _baseline.LoadPeaks(from);
    }

    private void Take(SpikeDetector other)
    {
        (Next, Latest, _baseline, _windows) = (other.Next, other.Latest, other._baseline, other._windows);
        (_step, _stepReports, _stepSeen, _gaps) = (other._step, other._stepReports, other._stepSeen, other._gaps);
        (_open, _spike, _unrestAt, _spikeSince) = (other._open, other._spike, other._unrestAt, other._spikeSince);
        (_opened, _before, _onset, _surest) = (other._opened, other._before, other._onset, other._surest);
        (_recovery, _newUsualThrough) = (other._recovery, other._newUsualThrough);
    }
}
