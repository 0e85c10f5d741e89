using System.IO.Compression;
using System.Text;
using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public sealed class CountFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Columns_are_series_and_rows_are_buckets()
    {
        var (names, rows) = Read("a,b\n1,2\n3,4\n");
        Assert.Equal(["a", "b"], names);
        Assert.Equal([[1, 2], [3, 4]], rows);
    }

    [Fact]
    public void An_empty_cell_and_minus_one_are_gaps() => Assert.Equal([[-1, 0, -1], [-1, -1, -1]], Read("a,b,c\n,0,-1\n, ,\n").Rows);

    [Fact]
    public void Line_ends_marks_and_spaces_do_not_matter() =>
        Assert.Equal([[1, 2], [3, 4], [5, 6]], Read("\uFEFFa , b\r\n 1,2 \r\n3,\t4\r5,6").Rows);

    [Fact]
    public void A_name_in_quotes_may_hold_commas_quotes_and_lines()
    {
        Assert.Equal(["New York, US", "the \"x\"", "two\nlines", "plain"], Read("\"New York, US\",\"the \"\"x\"\"\", \"two\nlines\" ,plain\n1,2,3,4\n").Names);
        Assert.Contains("line 3, column 1", Told("\"two\nlines\",b\nx,1\n"));
    }

    [Fact]
    public void A_count_may_stand_in_quotes() => Assert.Equal([[1, 2]], Read("a,b\n\"1\",2\n").Rows);

    [Fact]
    public void A_single_series_may_have_empty_lines_which_are_gaps() => Assert.Equal([[1], [-1], [2]], Read("a\n1\n\n2\n").Rows);

    [Fact]
    public void Empty_lines_at_the_end_are_nothing() => Assert.Equal([[1, 2]], Read("a,b\n1,2\n\n \n\n").Rows);

    [Fact]
    public void The_largest_counts_are_read() => Assert.Equal([[1_000_000_000, long.MaxValue]], Read("a,b\n1000000000,9223372036854775807\n").Rows);

    [Fact]
    public void Names_alone_are_a_table_without_rows() => Assert.Empty(Read("a,b\n").Rows);

    [Fact]
    public void Cells_longer_than_a_buffer_are_read_across_it()
    {
        var name = new string('n', 100_000);
        var text = new StringBuilder($"{name},b\r\n");
        for (var row = 0; row < 30_000; row++) text.Append(row).Append(",\"7\"\r\n");
        var (names, rows) = Read(text.ToString());
        Assert.Equal(name, names[0]);
        Assert.Equal(Enumerable.Range(0, 30_000).Select(row => (long)row), rows.Select(row => row[0]));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a,,b\n", "line 1, column 2: a series without a name")]
    [InlineData("a,b,a\n", "line 1, column 3: the series 'a' is there already, in column 1")]
    [InlineData("a,b\n1,2\n3\n", "line 3: 1 cells where 2 series are named")]
    [InlineData("a,b\n1,2,3\n", "line 2: 3 cells where 2 series are named")]
    [InlineData("a,b\n1,2\n\n3,4\n", "line 3: it is empty where 2 series are named")]
    [InlineData("a,b\n1,x\n", "line 2, column 2: (b) 'x' is not a count")]
    [InlineData("a,b\n1,2.5\n", "line 2, column 2: (b) '2.5' is not a count")]
    [InlineData("a,b\n-2,1\n", "line 2, column 1: (a) '-2' is not a count")]
    [InlineData("a,b\n1,1e9\n", "'1e9' is not a count")]
    [InlineData("a,b\n1,9223372036854775808\n", "line 2, column 2: (b) '9223372036854775808' is more than 9223372036854775807")]
    [InlineData("a,b\n1,99999999999999999999999\n", "is more than")]
    [InlineData("a,b\n1,\"2\n", "line 2, column 2: a quotation mark is opened and never closed")]
    [InlineData("a,b\n1,\"2\"3\n", "line 2, column 2: after the closing quotation mark only a comma can follow")]
    [InlineData("a\n\u0001\u0002\n", "line 2, column 1: (a) '??' is not a count")]
    public void What_cannot_be_read_is_told_by_line_and_column(string text, string told)
    {
        Assert.StartsWith(_path, Told(text));
        Assert.Contains(told, Told(text));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Equal("There is no file '/nowhere/x.csv'.", Assert.Throws<UsageException>(() => CountFile.Open("/nowhere/x.csv")).Message);

    [Fact]
    public void A_cell_without_end_is_no_reason_to_fill_the_memory() => Assert.Contains("a million characters", Told("a\n" + new string('1', 3_000_000)));

    [Fact]
    public void Gzip_is_known_by_its_first_bytes_and_may_have_several_members()
    {
        WriteGzip([.. Gzip("a,b\n1,2\n"), .. Gzip("3,4\n")]);
        Assert.Equal([[1, 2], [3, 4]], ReadFile().Rows);
    }

    [Fact]
    public void Gzip_cut_short_anywhere_is_refused()
    {
        var text = new StringBuilder("a\n");
        for (var row = 0; row < 2000; row++) text.Append(row * 7919 % 1000).Append('\n');
        var whole = Gzip(text.ToString());
        WriteGzip(whole);
        Assert.Equal(2000, ReadFile().Rows.Count);

        foreach (var length in Enumerable.Range(2, 30).Concat(Enumerable.Range(whole.Length - 40, 40)).Append(whole.Length / 2))
        {
            WriteGzip(whole[..length]);
            Assert.StartsWith(_path, Assert.Throws<UsageException>(() => ReadFile()).Message);
        }
    }

    [Fact]
    public void Damaged_gzip_is_refused()
    {
        var bytes = Gzip("a\n" + string.Concat(Enumerable.Repeat("1\n2\n3\n", 1000)));
        bytes[^6] ^= 1;
        WriteGzip(bytes);
        Assert.Contains("damaged or cut short", Assert.Throws<UsageException>(() => ReadFile()).Message);
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private void WriteGzip(byte[] bytes) => File.WriteAllBytes(_path, bytes);

    private string Told(string text) => Assert.Throws<UsageException>(() => Read(text)).Message;

    private (IReadOnlyList<string> Names, List<long[]> Rows) Read(string text)
    {
        File.WriteAllText(_path, text);
        return ReadFile();
    }

    private (IReadOnlyList<string> Names, List<long[]> Rows) ReadFile()
    {
        using var file = CountFile.Open(_path);
        var rows = new List<long[]>();
        for (var row = new long[file.Names.Count]; file.TryRead(row); row = new long[row.Length]) rows.Add(row);
        return (file.Names, rows);
    }
}
