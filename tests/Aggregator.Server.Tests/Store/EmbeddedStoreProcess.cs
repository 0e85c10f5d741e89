using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aggregator.Server.Tests;

/// <summary>An embedded store in a process of its own, so that it can be killed.</summary>
internal sealed class EmbeddedStoreProcess : IAsyncDisposable
{
    private const string DirectoryVariable = "AGGREGATOR_TEST_EMBEDDED_STORE";

    private readonly Process _process;

    private EmbeddedStoreProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static async Task<EmbeddedStoreProcess> Start(string directory)
    {
        StartsProcessAttribute.Require();
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(EmbeddedStoreProcess).Assembly.Location])
        {
            Environment = { [DirectoryVariable] = directory },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync();
        return int.TryParse(line, CultureInfo.InvariantCulture, out var port)
            ? new(process, port)
            : throw new InvalidOperationException($"The embedded store's process said '{line}' instead of its port.");
    }

    /// <summary>What <c>kill -9</c> does.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await Kill();
        _process.Dispose();
    }

    // The test executable is its own child: with the variable set, it is a store and no test ever runs.
    [ModuleInitializer]
    internal static void BeTheStoreIfAsked()
    {
        if (Environment.GetEnvironmentVariable(DirectoryVariable) is not { } directory) return;
        var store = EmbeddedStore.Start(directory, NullLoggerFactory.Instance, TimeProvider.System);
        Console.Out.WriteLine(store.Port);
        // The end of input: whoever started this is gone.
        while (Console.In.ReadLine() is not null)
        {
        }

        Environment.Exit(0);
    }
}
