using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public sealed class ScoreCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_trace_is_what_the_detector_says_series_after_series()
    {
        var rows = Busy(days: 2);
        var trace = Trace(Write("x.csv", rows));
        Assert.Equal(rows.Count * 3, trace.Length);

        for (var series = 0; series < 3; series++)
        {
            var detector = new SpikeDetector(BucketGrid.Minute, new());
            var bucket = BucketGrid.Minute.IndexOf(Watch.Monday);
            var scores = rows.Select((row, i) => row[series] < 0 ? Gap(detector, bucket + i) : (float)detector.Close(bucket + i, row[series]).Score);
            Assert.Equal(scores, trace.Skip(series * rows.Count).Take(rows.Count));
        }

        static float Gap(SpikeDetector detector, long bucket)
        {
            detector.Close(bucket, null);
            return 0;
        }
    }

    [Fact]
    public void A_score_knows_nothing_of_later_rows()
    {
        var rows = Busy(days: 2);
        var whole = Trace(Write("whole.csv", rows));
        foreach (var length in new[] { 1, 1440, 2000 })
        {
            var part = Trace(Write("part.csv", rows[..length]));
            for (var series = 0; series < 3; series++)
                Assert.Equal(whole.AsSpan(series * rows.Count, length), part.AsSpan(series * length, length));
        }
    }

    [Fact]
    public void A_score_knows_nothing_of_other_series()
    {
        var rows = Busy(days: 2);
        var (whole, turned) = (Trace(Write("whole.csv", rows)), Trace(Write("turned.csv", [.. rows.Select(row => (long[])[.. row.Reverse()])])));
        for (var series = 0; series < 3; series++)
            Assert.Equal(whole.AsSpan(series * rows.Count, rows.Count), turned.AsSpan((2 - series) * rows.Count, rows.Count));
    }

    [Fact]
    public void Episodes_are_lines_by_series_and_start()
    {
        var rows = Busy(days: 3);
        Assert.Equal(0, Run(Write("x.csv", rows), "--alerts", At("out.ndjson")));
        var lines = File.ReadAllLines(At("out.ndjson")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();

        var spike = lines.First(line => line.GetProperty("level").GetString() == "Spike" && line.GetProperty("series").GetString() == "s1");
        var start = spike.GetProperty("start").GetDateTimeOffset();
        Assert.InRange(start, Watch.Monday.AddMinutes(1900), Watch.Monday.AddMinutes(1905));
        Assert.InRange(spike.GetProperty("end").GetDateTimeOffset(), Watch.Monday.AddMinutes(1960), Watch.Monday.AddMinutes(2000));
        Assert.True(spike.GetProperty("peakScore").GetDouble() > new DetectionOptions().SpikeScore);
        Assert.True(spike.GetProperty("observed").GetDouble() > spike.GetProperty("expected").GetDouble());
        Assert.EndsWith("Z", spike.GetProperty("start").GetString());

        var order = lines.Select(line => (line.GetProperty("series").GetString(), line.GetProperty("start").GetString())).ToArray();
        Assert.Equal(order.OrderBy(line => line.Item1, StringComparer.Ordinal).ThenBy(line => line.Item2, StringComparer.Ordinal), order);
    }

    [Fact]
    public void An_episode_that_goes_on_ends_with_the_rows()
    {
        var rows = Busy(days: 2)[..1930];
        Assert.Equal(0, Run(Write("x.csv", rows), "--alerts", At("out.ndjson")));
        var last = JsonDocument.Parse(File.ReadAllLines(At("out.ndjson")).Last(line => line.Contains("\"s1\""))).RootElement;
        Assert.Equal(Watch.Monday.AddMinutes(1930), last.GetProperty("end").GetDateTimeOffset());
    }

    [Fact]
    public void It_ends_with_a_table_and_the_shipped_thresholds()
    {
        Assert.Equal(0, Run(Write("x.csv", Busy(days: 1))));
        var text = _output.ToString();
        Assert.Contains($"Shipped thresholds: Elevated {new DetectionOptions().ElevatedScore}, Spike {new DetectionOptions().SpikeScore}", text);
        Assert.Contains("time per judgement", text);
        Assert.Contains("3 series, 1,440 rows", text);
        Assert.Empty(_errors.ToString());
    }

    [Fact]
    public void With_labels_beside_the_figures_are_told()
    {
        var rows = Busy(days: 30);
        Write("sim_counts.csv", rows);
        File.WriteAllText(At("sim_labels.csv"), $"series,start_min,end_min,kind,z15,class\ns1,{28 * 1440 + 460},{28 * 1440 + 520},abrupt,30,0\nother,1,2,abrupt,1,0\n");
        Assert.Equal(0, Run(_folder, "--trace", At("out.f32")));
        Assert.Contains("1 labels of series that are not here", _output.ToString());

        var set = LabelledFiles.Read(At("sim_counts.csv"), TimeSpan.FromMinutes(1));
        float[][] scores = [.. ReadTrace().Chunk(rows.Count)];
        var (options, yardstick) = (new DetectionOptions(), new Yardstick(set with { MeanPerMinute = [.. set.Counts.Select(counts => counts.Where(n => n >= 0).Average())] }));
        var lines = _output.ToString().Split('\n').Select(line => line.TrimEnd()).ToArray();
        Assert.Contains($"{"shipped, Elevated",-22}{yardstick.Row(scores, options.ElevatedScore).ToText()}", lines);
        Assert.Contains($"{"shipped, Spike",-22}{yardstick.Row(scores, options.SpikeScore).ToText()}", lines);
        Assert.Contains($"{"budget 1.0",-22}{yardstick.Row(scores, yardstick.Calibrate(scores, 1)).ToText()}", lines);
        Assert.Contains($"{"budget 0.1",-22}{yardstick.Row(scores, yardstick.Calibrate(scores, 0.1)).ToText()}", lines);
        Assert.Equal(1, yardstick.Row(scores, options.SpikeScore).Found);
    }

    [Fact]
    public void Labels_of_a_month_that_is_all_history_are_not_used()
    {
        Write("sim_counts.csv", Busy(days: 1));
        File.WriteAllText(At("sim_labels.csv"), "series,start_min,end_min,kind,z15,class\n");
        Assert.Equal(0, Run(_folder));
        Assert.Contains("the first 28 days are history", _output.ToString());
    }

    [Theory]
    [InlineData("10s")]
    [InlineData("5m")]
    [InlineData("15m")]
    [InlineData("1h")]
    public void Every_grid_is_judged(string interval)
    {
        var rows = Busy(days: 1);
        Assert.Equal(rows.Count * 3, Trace(Write("x.csv", rows), "--interval", interval, "--start", "2026-01-05T06:00Z").Length);
        Assert.All(ReadTrace(), score => Assert.True(float.IsFinite(score)));
    }

    [Fact]
    public void Networks_of_a_table_beside_are_told_to_the_detector()
    {
        var random = new Chance(3);
        var counts = Enumerable.Range(0, 3000).Select(row => (long[])[random.Count(row > 2500 ? 30 : 0.2), random.Count(0.2)]).ToArray();
        var networks = counts.Select(row => (long[])[Math.Min(row[1], 1), Math.Min(row[0], 1)]).ToArray();
        var with = Trace(Write("c.csv", counts), "--interval", "10s", "--networks", Write("n.csv", networks, "s1,s0"));
        Assert.NotEqual(with, Trace(At("c.csv"), "--interval", "10s"));

        var detector = new SpikeDetector(BucketGrid.TenSeconds, new());
        var bucket = BucketGrid.TenSeconds.IndexOf(Watch.Monday);
        Assert.Equal(counts.Select((row, i) => (float)detector.Close(bucket + i, row[0], (int)networks[i][1]).Score), with.Take(counts.Length));
    }

    [Theory]
    [InlineData("s0,other", 2, "it does not have the series 's1'")]
    [InlineData("s0,s1,s2", 2, "it has 3 series where there are 2")]
    [InlineData("s0,s1", 1, "it has fewer rows")]
    [InlineData("s0,s1", 3, "it has more rows")]
    public void Networks_that_do_not_belong_to_the_counts_are_refused(string names, int rows, string told)
    {
        var counts = Write("c.csv", [[1, 2], [3, 4]]);
        var networks = Write("n.csv", [.. Enumerable.Repeat(names.Split(',').Select(_ => 1L).ToArray(), rows)], names);
        Assert.Equal(1, Run(counts, "--networks", networks, "--trace", At("out.f32")));
        Assert.Contains(told, _errors.ToString());
        Assert.Equal(["c.csv", "n.csv"], Files());
    }

    [Fact]
    public void Gaps_zeros_giants_and_floods_all_get_an_answer()
    {
        var random = new Chance(1);
        var rows = Enumerable.Range(0, 3 * 1440).Select(minute => (long[])
        [
            -1,
            0,
            minute == 2000 ? long.MaxValue : random.Count(1),
            1_000_000_000,
            minute % 2 == 0 ? -1 : random.Count(2),
            minute is > 1500 and < 2500 ? -1 : random.Count(3),
        ]).ToList();
        var trace = Trace(Write("x.csv", rows), "--alerts", At("out.ndjson"), "--start", "2026-12-30T00:00:00Z");
        Assert.Equal(6 * rows.Count, trace.Length);
        Assert.All(trace, score => Assert.True(float.IsFinite(score)));
        Assert.All(trace.Take(2 * rows.Count), score => Assert.Equal(0, score));
        Assert.True(trace[2 * rows.Count + 2000] > 0 || trace[2 * rows.Count + 2003] > 0);
        Assert.All(File.ReadLines(At("out.ndjson")), line => JsonDocument.Parse(line));
    }

    [Fact]
    public void A_clock_that_runs_over_a_year_end_is_a_clock()
    {
        var rows = Busy(days: 8);
        var overYearEnd = Trace(Write("x.csv", rows), "--start", "2026-12-28T00:00:00Z");
        var within = Trace(At("x.csv"), "--start", "2026-01-05T00:00:00Z");
        Assert.Equal(within.Length, overYearEnd.Length);
        Assert.All(within.Zip(overYearEnd), scores => Assert.Equal(scores.First, scores.Second, 1e-4f * Math.Max(1, scores.First)));
    }

    [Fact]
    public void Names_alone_give_an_empty_trace()
    {
        File.WriteAllText(At("x.csv"), "a,b\n");
        Assert.Empty(Trace(At("x.csv"), "--alerts", At("out.ndjson")));
        Assert.Empty(File.ReadAllText(At("out.ndjson")));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a,b\n1,2\n1,x\n", "line 3, column 2: (b) 'x' is not a count")]
    [InlineData("a,b\n1\n", "line 2: 1 cells where 2 series are named")]
    [InlineData("a,a\n1,2\n", "line 1, column 2: the series 'a' is there already")]
    public void A_table_that_cannot_be_read_is_one_line_of_error_and_leaves_nothing_behind(string text, string told)
    {
        File.WriteAllText(At("x.csv"), text);
        File.WriteAllText(At("out.f32"), "the trace of another day");
        Assert.Equal(1, Run(At("x.csv"), "--trace", At("out.f32"), "--alerts", At("out.ndjson")));
        var line = Assert.Single(_errors.ToString().TrimEnd().Split('\n'));
        Assert.StartsWith(At("x.csv"), line);
        Assert.Contains(told, line);
        Assert.Equal(["out.f32", "x.csv"], Files());
        Assert.Equal("the trace of another day", File.ReadAllText(At("out.f32")));
    }

    [Theory]
    [InlineData("--interval 2m", "--interval: '2m' is none of 10s, 1m, 5m, 15m, 1h")]
    [InlineData("--start soon", "--start: 'soon' is not a time")]
    [InlineData("--start 0001-01-01T00:00:00Z", "is not a time such as")]
    [InlineData("--start 2026-01-05T00:00:30Z", "--start: no bucket of 1m begins at 2026-01-05T00:00:30Z")]
    [InlineData("--start 2026-01-05T00:30Z --interval 1h", "no bucket of 1h begins")]
    [InlineData("--trace {0}/none/out.f32", "--trace: there is no folder")]
    [InlineData("--trace {0}", "--trace: '")]
    [InlineData("--alerts {0}", "is a folder")]
    [InlineData("--trace {0}/x.csv", "is read: it cannot be written too")]
    [InlineData("--trace {0}/o --alerts {0}/o", "--trace and --alerts name the same file")]
    [InlineData("--networks {0}/none.csv", "There is no file '")]
    public void Arguments_that_make_no_sense_are_told_in_a_line(string arguments, string told)
    {
        Write("x.csv", [[1, 2, 3]]);
        Assert.Equal(1, Run([At("x.csv"), .. string.Format(arguments, _folder).Split(' ')]));
        Assert.Contains(told, Assert.Single(_errors.ToString().TrimEnd().Split('\n')));
        Assert.Equal(["x.csv"], Files());
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        Assert.Equal(1, Run(At("none.csv")));
        Assert.Equal($"There is no file or folder '{At("none.csv")}'.", _errors.ToString().TrimEnd());
        Assert.Equal(1, Run(_folder));
        Assert.Contains("there is no *_counts.csv", _errors.ToString());
    }

    [Fact]
    public void Every_table_of_a_folder_is_scored_and_the_bad_one_named()
    {
        Write("a.csv", [[1, 2, 3]]);
        File.WriteAllText(At("b.csv"), "");
        Write("c.csv", [[1, 2, 3]]);
        Assert.Equal(1, Run(_folder));
        Assert.Contains($"{At("a.csv")}: 3 series", _output.ToString());
        Assert.Contains($"{At("c.csv")}: 3 series", _output.ToString());
        Assert.Contains($"{At("b.csv")} is empty", Assert.Single(_errors.ToString().TrimEnd().Split('\n')));
    }

    [Fact]
    public void Several_tables_do_not_go_into_one_trace()
    {
        Write("a.csv", [[1, 2, 3]]);
        Write("b.csv", [[1, 2, 3]]);
        Assert.Equal(1, Run(_folder, "--trace", At("out.f32")));
        Assert.Contains("(a.csv, b.csv): name one of them", _errors.ToString());
    }

    [Fact]
    public void More_series_than_a_block_has_room_for_are_scored_all_the_same()
    {
        var many = Enumerable.Range(0, 3).Select(row => Enumerable.Range(0, 2000).Select(series => (long)(series + row)).ToArray()).ToArray();
        Assert.Equal(6000, Trace(Write("x.csv", many)).Length);
    }

    // Three series: next to nothing, two a minute with an hour of outage on the second and the 29th day, and one with a gap.
    private static List<long[]> Busy(int days)
    {
        var random = new Chance(7);
        return [.. Enumerable.Range(0, days * 1440).Select(minute => (long[])
        [
            random.Count(0.02),
            random.Count(minute / 1440 is 1 or 28 && minute % 1440 is >= 460 and < 520 ? 20 : 2),
            minute % 1440 is >= 700 and < 720 ? -1 : random.Count(10),
        ])];
    }

    private string Write(string name, IReadOnlyList<long[]> rows, string? names = null)
    {
        names ??= string.Join(',', Enumerable.Range(0, rows[0].Length).Select(series => $"s{series}"));
        File.WriteAllLines(At(name), rows.Select(row => string.Join(',', row)).Prepend(names));
        return At(name);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private string[] Files() => [.. Directory.EnumerateFileSystemEntries(_folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private float[] Trace(string counts, params string[] more)
    {
        Assert.Equal(0, Run([counts, "--trace", At("out.f32"), .. more]));
        return ReadTrace();
    }

    private float[] ReadTrace() => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(At("out.f32"))).ToArray();

    private int Run(params string[] arguments) =>
        ScoreCommand.Create().Parse(arguments).Invoke(new() { Output = _output, Error = _errors });
}
