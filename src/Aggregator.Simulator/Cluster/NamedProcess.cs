using System.Diagnostics;

namespace Aggregator.Simulator;

/// <summary>A process whose lines are told under its name.</summary>
internal sealed class NamedProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(40);

    private readonly Process _process;

    /// <param name="name">What it is called.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">What it finds in its environment besides.</param>
    /// <param name="tell">Hears each line that it says.</param>
    public NamedProcess(string name, IEnumerable<string> command, IReadOnlyDictionary<string, string> environment, Action<string, string> tell)
    {
        Name = name;

        // In a session of its own, so that a Ctrl-C reaches this program alone, and the others are stopped in their order.
        string[] all = OperatingSystem.IsLinux() ? ["setsid", .. command] : [.. command];
        _process = new() { StartInfo = new(all[0], all[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true } };
        foreach (var (variable, value) in environment) _process.StartInfo.Environment[variable] = value;
        _process.OutputDataReceived += (_, line) => Tell(line.Data);
        _process.ErrorDataReceived += (_, line) => Tell(line.Data);
        try
        {
            _process.Start();
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            _process.Dispose();
            throw new UsageException($"{name} cannot be started: {missing.Message}");
        }

        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        void Tell(string? line)
        {
            if (!string.IsNullOrWhiteSpace(line)) tell(name, line);
        }
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public Task Exit(CancellationToken cancel) => _process.WaitForExitAsync(cancel);

    /// <summary>Asks it to end and waits until it has; one that does not is killed.</summary>
    public async Task Stop()
    {
        if (_process.HasExited) return;
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(StopsWithin, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _process.Dispose();
    }
}
