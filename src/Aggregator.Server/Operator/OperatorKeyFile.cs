namespace Aggregator.Server;

/// <summary>A file that has one key in each of its lines.</summary>
internal static class OperatorKeyFile
{
    private const int BytesAtMost = 16 * 1024;

    /// <exception cref="IOException">There is no such file, or no key in it.</exception>
    /// <exception cref="UnauthorizedAccessException">The server may not read it.</exception>
    public static string[] Read(string file)
    {
        if (new FileInfo(file) is { Exists: true, LinkTarget: null, Length: > BytesAtMost }) throw new IOException($"'{file}' has more than {BytesAtMost} bytes.");
        var keys = File.ReadAllLines(file).Select(line => line.Trim()).Where(line => line.Length > 0).Distinct().ToArray();
        return keys.Length > 0 ? keys : throw new IOException($"There is no key in '{file}'.");
    }

    /// <summary>Null where it can be read, or is not named.</summary>
    public static string? FaultOf(string? file)
    {
        try
        {
            if (!string.IsNullOrWhiteSpace(file)) Read(file);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    /// <summary>What is said or in the file; nothing where it cannot be read.</summary>
    public static string[] KeysOf(string? key, string? file) =>
        !string.IsNullOrWhiteSpace(key) ? [key.Trim()] : !string.IsNullOrWhiteSpace(file) && FaultOf(file) is null ? Read(file) : [];
}
