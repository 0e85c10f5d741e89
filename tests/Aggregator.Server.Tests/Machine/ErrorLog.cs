using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Aggregator.Server.Tests;

/// <summary>What a server writes to its log from a level on.</summary>
internal sealed class ErrorLog(LogLevel least) : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Hears from this level on, whatever the settings of the tests leave out.</summary>
    public void AddTo(ILoggingBuilder logging) => logging.AddProvider(this).AddFilter<ErrorLog>(null, least);

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Category(ErrorLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= log.Least;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log._lines.Enqueue($"{logLevel} {name}[{eventId.Id}] {formatter(state, exception)} {exception}");
    }

    private LogLevel Least => least;
}
