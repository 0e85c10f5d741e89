using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Aggregator.Server;

/// <summary>Runs the server, and tells who started it in a sentence what kept it from starting.</summary>
internal sealed class Starting
{
    private bool _started;

    /// <remarks>What the host would log of a failed start it throws as well, to be told once.</remarks>
    public Starting(ILoggingBuilder logging) => logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => _started && level >= LogLevel.Warning);

    /// <summary>Ends when the server was asked to stop and has.</summary>
    /// <exception cref="CannotStartException">It cannot listen where it should.</exception>
    public async Task Run(WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() => _started = true);
        try
        {
            await app.RunAsync();
        }
        catch (Exception e) when (e is IOException { InnerException: AddressInUseException } or SocketException)
        {
            throw new CannotStartException($"{e.Message.TrimEnd('.')}. Stop what listens there, or choose where this server listens, for example with --urls http://localhost:5081.", e);
        }
    }
}

/// <summary>Something outside the settings keeps the server from starting; the message is for whoever started it.</summary>
internal sealed class CannotStartException(string why, Exception cause) : Exception(why, cause);
