using System.Diagnostics;

namespace Aggregator.Server.Tests;

/// <summary>A real process that can be killed, stopped and continued; what it says is kept for the message of a test that fails.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public ChildProcess(string file, IEnumerable<string> arguments)
    {
        StartsProcessAttribute.Require();
        _process = new()
        {
            StartInfo = new(file, arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        // What watches over the tests is not to write down how a server ends that a test has killed.
        foreach (var watch in _process.StartInfo.Environment.Keys.Where(name => name.StartsWith("DOTNET_Dbg", StringComparison.Ordinal) || name.StartsWith("DOTNET_EnableCrashReport", StringComparison.Ordinal)).ToList())
            _process.StartInfo.Environment.Remove(watch);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>How much memory it holds, in bytes.</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Gives it all that it is to read.</summary>
    public async Task Tell(string input)
    {
        await _process.StandardInput.WriteAsync(input);
        _process.StandardInput.Close();
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task Kill()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the process to end, and waits until it has.</summary>
    public async Task Stop()
    {
        await Signal("TERM");
        await Exit(StopsWithin);
    }

    public Task Exit(TimeSpan within) => _process.WaitForExitAsync().WaitAsync(within, TimeProvider.System);

    /// <param name="name">TERM, STOP or CONT.</param>
    public async Task Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await Kill();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
    }
}
