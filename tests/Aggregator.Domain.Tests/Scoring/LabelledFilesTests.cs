using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public sealed class LabelledFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Labels_and_means_lie_beside_the_counts()
    {
        Write("sim_counts.csv", "a,b\n1,-1\n2,5\n");
        Write("sim_series.csv", "series,true_mean_per_min\nb,5.5\na,1.5\n");
        Write("sim_labels.csv", "series,start_min,end_min,kind,extra15,z15,ratio15,class,regional\nb,1,2,ramp,9.9,12.05,16.3,1,1\n");
        var set = LabelledFiles.Read(Path.Combine(_folder, "sim_counts.csv"), TimeSpan.FromMinutes(1));
        Assert.Equal([1.5, 5.5], set.MeanPerMinute);
        Assert.Equal([[1, 2], [-1, 5]], set.Counts);
        Assert.Equal([new(1, 1, 2, "ramp", 12.05, LabelClass.Optional)], set.Episodes);
        Assert.Equal(2, set.Buckets);
    }

    [Theory]
    [InlineData("x/sim_counts.csv.gz", "x/sim")]
    [InlineData("x/sim_counts.csv", "x/sim")]
    [InlineData("x/plain.csv", "x/plain")]
    public void They_have_the_same_beginning(string counts, string stem) => Assert.Equal(stem, LabelledFiles.StemOf(counts));

    [Fact]
    public void Labels_of_other_series_are_left_out_and_counted()
    {
        Write("sim_labels.csv", "series,start_min,end_min,kind,z15,class\nz,1,2,ramp,1,0\na,1,2,ramp,1,0\n");
        Assert.Single(LabelledFiles.Beside(Path.Combine(_folder, "sim_counts.csv")).ReadEpisodes(["a"], out var leftOut));
        Assert.Equal(1, leftOut);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("series,start_min,end_min,kind,z15\n", "line 1: there is no column 'class'")]
    [InlineData("series,start_min,end_min,kind,z15,class\na,1,2,ramp,1\n", "line 2: 5 cells where 6 columns are named")]
    [InlineData("series,start_min,end_min,kind,z15,class\na,x,2,ramp,1,0\n", "line 2: start_min 'x' is not a number")]
    [InlineData("series,start_min,end_min,kind,z15,class\na,5,2,ramp,1,0\n", "line 2: it lasts from 5 to 2")]
    [InlineData("series,start_min,end_min,kind,z15,class\na,1,2,ramp,1,7\n", "line 2: class 7 is none of")]
    public void Labels_that_cannot_be_read_are_told_by_line(string text, string told)
    {
        Write("sim_labels.csv", text);
        var beside = LabelledFiles.Beside(Path.Combine(_folder, "sim_counts.csv"));
        Assert.Contains(told, Assert.Throws<UsageException>(() => beside.ReadEpisodes(["a"], out _)).Message);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
