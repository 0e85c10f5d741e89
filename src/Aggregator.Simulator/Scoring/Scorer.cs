using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>Runs every column of a table through its own detector, block after block of rows; the regions of a service hear what their sum shows.</summary>
/// <remarks>Memory: the detectors, a few kB per series, and one block of about a million cells, however many rows there are.</remarks>
internal sealed class Scorer(CountFile counts, NetworkFile? networks, ScoreOptions options, DetectionOptions detection, TimeProvider time)
{
    private const int BlockCells = 1 << 20;
    private const int MostBlockRows = 1440;

    private readonly ScoredService[] _services = [.. ScoredService.Of(counts.Names)];
    private long _rows;

    public ScoredSeries[] Series { get; } = [.. counts.Names.Select(name => new ScoredSeries(name, options.Grid, detection))];

    /// <summary>Rows judged so far.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    public void Run(TraceBlocks? trace, CancellationToken cancel)
    {
        var rows = Math.Clamp(BlockCells / Series.Length, 1, MostBlockRows);
        var first = options.Grid.IndexOf(options.Start);
        var (row, heard) = (new long[Series.Length], new int[Series.Length]);
        var (cells, scores) = (new long[rows * Series.Length], new float[rows * Series.Length]);
        var newNetworks = networks is null ? [] : new int[cells.Length];

        for (var full = true; full;)
        {
            var filled = 0;
            for (; filled < rows && (full = counts.TryRead(row)); filled++)
            {
                cancel.ThrowIfCancellationRequested();
                if (Rows + filled >= options.MostRows) throw new UsageException($"{counts.Path}: after {Rows + filled} rows from --start the calendar ends.");
                networks?.Read(heard);
                for (var column = 0; column < row.Length; column++)
                {
                    cells[column * rows + filled] = row[column];
                    if (networks is not null) newNetworks[column * rows + filled] = heard[column];
                }
            }

            var bucket = first + Rows;
            Parallel.ForEach(_services, service =>
            {
                for (var from = 0; from < filled; from += JudgingTimes.Piece) Close(service, bucket, from, Math.Min(JudgingTimes.Piece, filled - from));
            });
            trace?.Add(scores, rows, filled);
            Interlocked.Add(ref _rows, filled);
        }

        networks?.End();
        foreach (var series in Series) series.End();

        void Close(ScoredService service, long bucket, int from, int count)
        {
            WindowSum[] sums = service.Whole is { } sum ? new WindowSum[count * Series[sum].Windows] : [];
            if (service.Whole is { } whole) CloseColumn(whole, heard: [], told: sums);
            foreach (var column in service.Columns) CloseColumn(column, heard: sums, told: []);

            void CloseColumn(int column, ReadOnlySpan<WindowSum> heard, Span<WindowSum> told)
            {
                var cell = column * rows + from;
                Series[column].Close(
                    bucket + from, cells.AsSpan(cell, count), networks is null ? default : newNetworks.AsSpan(cell, count), scores.AsSpan(cell, count), heard, told, time);
            }
        }
    }
}
