using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Aggregator.Benchmarks;

/// <summary>A process of this run. None outlives the run, however that ends, short of <c>kill -9</c>.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<ChildProcess, bool> Alive = new();

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var child in Alive.Keys) child.KillNow();
    };

    public ChildProcess(string file, IEnumerable<string> arguments)
    {
        _process = new()
        {
            StartInfo = new(file, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        Started = Stopwatch.GetTimestamp();
        _process.Start();
        Alive[this] = true;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>When it was started, on the stopwatch.</summary>
    public long Started { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Runs a program to its end and answers what it said.</summary>
    /// <exception cref="LoadException">It ended with another code than 0.</exception>
    public static async Task<string> Run(string file, IEnumerable<string> arguments, CancellationToken cancel)
    {
        var (code, output) = await RunToEnd(file, arguments, cancel);
        return code == 0 ? output : throw new LoadException($"{file} ended with {code}:{Environment.NewLine}{output}");
    }

    /// <summary>Runs a program to its end, whatever that is.</summary>
    public static async Task<(int ExitCode, string Output)> RunToEnd(string file, IEnumerable<string> arguments, CancellationToken cancel)
    {
        await using var process = new ChildProcess(file, arguments);
        await process._process.WaitForExitAsync(cancel);
        return (process.ExitCode, process.Output);
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task Kill()
    {
        KillNow();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the process to end, and waits until it has.</summary>
    public async Task Stop(CancellationToken cancel)
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{Id}"])) await kill.WaitForExitAsync(cancel);
        await _process.WaitForExitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await Kill();
        Alive.TryRemove(this, out _);
        _process.Dispose();
    }

    private void KillNow()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
    }
}

/// <summary>Something that is measured did not do its part; the message says what.</summary>
internal sealed class LoadException(string message) : Exception(message);
