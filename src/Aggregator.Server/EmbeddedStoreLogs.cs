namespace Aggregator.Server;

/// <summary>Lets Garnet say what is wrong, and nothing else, under one name.</summary>
internal sealed class EmbeddedStoreLogs(ILoggerFactory loggers) : ILoggerFactory
{
    private readonly ILogger _log = new OnlyWarnings(loggers.CreateLogger<EmbeddedStore>());

    public ILogger CreateLogger(string categoryName) => _log;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class OnlyWarnings(ILogger log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && log.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // Garnet reports its own stopping as an error.
            if (IsEnabled(logLevel) && exception is not OperationCanceledException) log.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
