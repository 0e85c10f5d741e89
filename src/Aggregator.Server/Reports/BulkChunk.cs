using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>Lines of one shard that wait to be committed together. Lines that name nobody and say the same are one report of many.</summary>
/// <remarks>With an Idempotency-Key the same body must be cut at the same places again: nothing here depends on the moment.</remarks>
/// <param name="keyed">Whether what the lines say has to be remembered.</param>
internal sealed class BulkChunk(bool keyed)
{
    /// <summary>More would keep the store's script from others for too long.</summary>
    private const int ReportsAtMost = 2000;
    private const int LinesAtMost = 20_000;

    private readonly XxHash128 _hash = new();
    private readonly Dictionary<Cell, int> _places = [];
    private List<Report> _reports = [];
    private int _lines;
    private int _number;

    public bool IsEmpty => _lines == 0;

    public bool IsFull => _reports.Count >= ReportsAtMost || _lines >= LinesAtMost;

    public void Add(in BulkReport line, DateTimeOffset now, ReadOnlySpan<byte> bytes)
    {
        _lines++;
        if (keyed)
        {
            _hash.Append(bytes);
            _hash.Append("\n"u8);
        }

        if (line.Reporter is null && line.Network is null)
        {
            var cell = new Cell(line.Service, line.Region.Value, line.Symptom, line.At is { } at ? BucketGrid.TenSeconds.IndexOf(at) : long.MinValue);
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, cell, out var known);
            if (known && CollectionsMarshal.AsSpan(_reports)[place].Count <= int.MaxValue - line.Count)
            {
                ref var report = ref CollectionsMarshal.AsSpan(_reports)[place];
                report = report with { Count = report.Count + line.Count };
                return;
            }

            place = _reports.Count;
        }

        _reports.Add(new(new(line.Service.Key, line.Region), line.At ?? now, line.Symptom, line.Count, line.Reporter, line.Network, line.ReporterBefore));
    }

    /// <summary>The next batch; the chunk is empty then.</summary>
    public (List<Report> Reports, string Digest, int Number) Take()
    {
        var taken = (_reports, keyed ? Convert.ToHexStringLower(_hash.GetHashAndReset()) : "", _number++);
        // The next one will be about as long.
        (_reports, _lines) = (new(_reports.Count), 0);
        _places.Clear();
        return taken;
    }

    /// <summary>Equal where the very same texts of the catalog are meant: cheaper than reading them.</summary>
    private readonly struct Cell(CatalogEntry service, string region, string symptom, long bucket) : IEquatable<Cell>
    {
        private readonly CatalogEntry _service = service;
        private readonly string _region = region;
        private readonly string _symptom = symptom;
        private readonly long _bucket = bucket;

        public bool Equals(Cell other) =>
            _bucket == other._bucket && ReferenceEquals(_service, other._service) && ReferenceEquals(_region, other._region) && ReferenceEquals(_symptom, other._symptom);

        public override bool Equals(object? obj) => obj is Cell other && Equals(other);

        public override int GetHashCode() =>
            HashCode.Combine(RuntimeHelpers.GetHashCode(_service), RuntimeHelpers.GetHashCode(_region), RuntimeHelpers.GetHashCode(_symptom), _bucket);
    }
}
