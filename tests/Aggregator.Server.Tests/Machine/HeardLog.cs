using Microsoft.Extensions.Logging;

namespace Aggregator.Server.Tests;

/// <summary>A log that the test reads.</summary>
internal class HeardLog : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
}

internal sealed class HeardLog<T> : HeardLog, ILogger<T>;
