using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Aggregator.Server;

/// <summary>Runs the server, tells who started it in a sentence what kept it from starting, and ends it when it has to be started anew.</summary>
internal sealed class Starting
{
    /// <summary>The whole stop, of which the connections get a part: a service manager or an orchestrator often kills after 10 seconds.</summary>
    public static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(7);

    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(10);

    private volatile bool _started, _stopping;

    /// <remarks>What the host would log of a start or a stop that failed it throws as well, to be told once.</remarks>
    public Starting(ILoggingBuilder logging) => logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => _started && !_stopping && level >= LogLevel.Warning);

    /// <summary>Ends when the server was asked to stop and has.</summary>
    /// <exception cref="CannotStartException">It cannot listen where it should.</exception>
    public async Task Run(WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() => _started = true);
        app.Lifetime.ApplicationStopping.Register(() => _stopping = true);
        try
        {
            await app.RunAsync();
        }
        catch (Exception e) when (e is IOException { InnerException: AddressInUseException } or SocketException)
        {
            throw new CannotStartException($"{e.Message.TrimEnd('.')}. Stop what listens there, or choose where this server listens, for example with --urls http://localhost:5081.", e);
        }
        catch (Exception e) when (_stopping)
        {
            // What could not end in time is read again at the next start; a stack of it helps nobody.
            Environment.ExitCode = 1;
            await Console.Error.WriteLineAsync($"The server did not stop in good order: {e.GetBaseException().Message}");
        }
    }

    /// <summary>Ends the server with an exit code that makes whoever manages the service start it anew; requests are brought to their end.</summary>
    /// <param name="inVain">What to say when it does not end in good order.</param>
    public static void EndToStartAnew(IHostApplicationLifetime lifetime, TimeProvider clock, string inVain)
    {
        Environment.ExitCode = 1;
        lifetime.StopApplication();
        _ = Task.Delay(EndsWithin, clock, CancellationToken.None).ContinueWith(
            _ =>
            {
                Console.Error.WriteLine(inVain);
                Environment.Exit(Environment.ExitCode);
            },
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}

/// <summary>Something outside the settings keeps the server from starting; the message is for whoever started it.</summary>
internal sealed class CannotStartException(string why, Exception? cause) : Exception(why, cause);
