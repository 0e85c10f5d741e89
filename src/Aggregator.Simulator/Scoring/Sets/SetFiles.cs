using System.Globalization;
using System.IO.Compression;

namespace Aggregator.Simulator;

/// <summary>Writes a set as files: counts by minute and series, labels, series.</summary>
internal static class SetFiles
{
    public static void Write(string folder, SeededSet seeded)
    {
        Directory.CreateDirectory(folder);
        WriteCounts(Path.Combine(folder, "sim_counts.csv.gz"), seeded.Set);
        var series = seeded.Set.Names.Zip(seeded.Set.MeanPerMinute, (name, mean) => string.Create(CultureInfo.InvariantCulture, $"{name},{mean:0.#####}"));
        File.WriteAllLines(Path.Combine(folder, "sim_series.csv"), series.Prepend("series,true_mean_per_min"));
        File.WriteAllLines(
            Path.Combine(folder, "sim_labels.csv"),
            seeded.Labels.Select(label => Line(seeded.Set, label)).Prepend("series,start_min,end_min,kind,extra15,z15,ratio15,class,regional"));
    }

    private static string Line(LabelledSet set, SetLabel label)
    {
        var it = label.Episode;
        var (name, regional) = (set.Names[it.Series], label.Regional ? 1 : 0);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name},{it.StartMinute},{it.EndMinute},{it.Kind},{label.Extra15:0.##},{it.Z15:0.##},{label.Ratio15:0.###},{(int)it.Class},{regional}");
    }

    private static void WriteCounts(string path, LabelledSet set)
    {
        using var file = File.Create(path);
        using var packed = new GZipStream(file, CompressionLevel.Fastest);
        using var text = new StreamWriter(packed);
        text.NewLine = "\n";
        text.WriteLine(string.Join(',', set.Names));
        for (var bucket = 0; bucket < set.Buckets; bucket++)
        {
            for (var series = 0; series < set.Counts.Length; series++)
            {
                if (series > 0) text.Write(',');
                text.Write(set.Counts[series][bucket]);
            }

            text.WriteLine();
        }
    }
}
