using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class SeededSetTests
{
    private static readonly SetSize Small = new(Services: 5, Regions: 2, Days: 30);
    private static readonly SeededSet Struck = SeededSet.Draw(7, Small);
    private static readonly SeededSet Calm = SeededSet.Draw(7, Small, outages: false);

    [Fact]
    public void The_same_seed_draws_the_same_set_and_another_seed_another()
    {
        var again = SeededSet.Draw(7, Small);
        Assert.Equal(Struck.Set.Counts, again.Set.Counts);
        Assert.Equal(Struck.Labels, again.Labels);
        Assert.NotEqual(Struck.Set.Counts, SeededSet.Draw(8, Small).Set.Counts);
    }

    [Fact]
    public void A_service_is_the_same_however_many_others_there_are() =>
        Assert.Equal(Struck.Set.Counts[0], SeededSet.Draw(7, Small with { Services = 2 }).Set.Counts[0]);

    [Fact]
    public void The_last_series_of_a_service_is_the_sum_of_its_regions()
    {
        Assert.Equal(["s00.r0", "s00.r1", "s00.all"], Struck.Set.Names.Take(3));
        Assert.All(Enumerable.Range(0, Small.Minutes), minute => Assert.Equal(
            Struck.Set.Counts[12][minute] < 0 ? -1 : Struck.Set.Counts[12][minute] + Struck.Set.Counts[13][minute], Struck.Set.Counts[14][minute]));
    }

    [Fact]
    public void Outages_and_bots_only_add_reports_and_only_where_a_label_says_so()
    {
        // The tail of a label: the yardstick does not blame anybody in the hour after an incident.
        const int tail = 60;
        var spans = Struck.Set.Episodes.Where(episode => episode.Class != LabelClass.BusyDay).ToLookup(episode => episode.Series);
        foreach (var (series, minute, extra) in Extras())
        {
            Assert.True(extra > 0);
            Assert.Contains(spans[series], span => minute >= span.StartMinute && minute <= span.EndMinute + tail);
        }
    }

    [Fact]
    public void A_label_holds_as_many_extra_reports_as_it_says()
    {
        var extras = Extras().ToLookup(extra => extra.Series);
        var told = Struck.Labels.Where(label => label.Episode.Class == LabelClass.Incident && label.Extra15 > 400 && !InGap(label.Episode)).ToArray();
        Assert.NotEmpty(told);
        Assert.All(told, label =>
        {
            var own = extras[label.Episode.Series].Where(extra => extra.Minute >= label.Episode.StartMinute && extra.Minute <= label.Episode.EndMinute).ToDictionary(extra => extra.Minute, extra => extra.Extra);
            var fullest = Enumerable.Range((int)label.Episode.StartMinute, (int)(label.Episode.EndMinute - label.Episode.StartMinute) + 1)
                .Max(from => Enumerable.Range(from, 15).Sum(minute => own.GetValueOrDefault(minute)));
            Assert.InRange(fullest, label.Extra15 * 0.85, label.Extra15 * 1.25);
        });
    }

    [Fact]
    public void A_gap_is_a_gap_in_every_series_of_the_service_and_in_no_other()
    {
        var gaps = Enumerable.Range(0, Small.Services).Select(service => Minutes(service * 3)).ToArray();
        Assert.Contains(gaps, gap => gap.Length > 0);
        for (var service = 0; service < Small.Services; service++)
        {
            Assert.Equal(gaps[service], Minutes(service * 3 + 1));
            Assert.Equal(gaps[service], Minutes(service * 3 + 2));
        }

        Assert.NotEqual(gaps[0], gaps[1]);

        int[] Minutes(int series) => [.. Enumerable.Range(0, Small.Minutes).Where(minute => Struck.Set.Counts[series][minute] < 0)];
    }

    [Fact]
    public void Outages_of_all_shapes_and_what_is_none_are_in_the_set_that_the_scoreboard_uses()
    {
        var kinds = SeededSet.Draw(1, new SetSize(Services: 6, Regions: 1)).Labels.Select(label => label.Episode.Kind).ToHashSet();
        Assert.Superset(new HashSet<string>([.. OutageShape.Kinds, "bot", "eventday"]), kinds);
    }

    [Fact]
    public void What_was_written_is_read_back()
    {
        var folder = Directory.CreateTempSubdirectory("set").FullName;
        try
        {
            SetFiles.Write(folder, Struck);
            Assert.Equal(["sim_counts.csv.gz", "sim_labels.csv", "sim_series.csv"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
            Assert.Equal(Struck.Labels.Count + 1, File.ReadLines(Path.Combine(folder, "sim_labels.csv")).Count());
            using var text = new StreamReader(new System.IO.Compression.GZipStream(File.OpenRead(Path.Combine(folder, "sim_counts.csv.gz")), System.IO.Compression.CompressionMode.Decompress));
            Assert.Equal(string.Join(',', Struck.Set.Names), text.ReadLine());
            for (var minute = 0; minute < Small.Minutes; minute++) Assert.Equal(string.Join(',', Struck.Set.Counts.Select(counts => counts[minute])), text.ReadLine());
            Assert.Null(text.ReadLine());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool InGap(LabelledEpisode episode) =>
        Enumerable.Range((int)episode.StartMinute, (int)(episode.EndMinute - episode.StartMinute) + 1).Any(minute => Struck.Set.Counts[episode.Series][minute] < 0);

    private static IEnumerable<(int Series, int Minute, int Extra)> Extras() =>
        from series in Enumerable.Range(0, Struck.Set.Counts.Length)
        from minute in Enumerable.Range(0, Small.Minutes)
        let extra = Struck.Set.Counts[series][minute] - Calm.Set.Counts[series][minute]
        where extra != 0
        select (series, minute, extra);
}
