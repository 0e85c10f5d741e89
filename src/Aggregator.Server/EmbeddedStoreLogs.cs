using Tsavorite.core;

namespace Aggregator.Server;

/// <summary>Lets Garnet say what is wrong, and nothing else, under one name; hears when its log cannot be written.</summary>
internal sealed class EmbeddedStoreLogs(ILoggerFactory loggers) : ILoggerFactory
{
    private readonly OnlyWarnings _log = new(loggers.CreateLogger<EmbeddedStore>());

    /// <summary>Ends with the reason when a commit failed: from then on all do, and each would be told at length.</summary>
    public Task<string> Broken => _log.Broken;

    public ILogger CreateLogger(string categoryName) => _log;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class OnlyWarnings(ILogger log) : ILogger
    {
        private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Broken => _broken.Task;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && log.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is CommitFailureException) _broken.TrySetResult((exception.InnerException ?? exception).Message);
            if (_broken.Task.IsCompleted) return;

            // Garnet reports its own stopping as an error.
            if (IsEnabled(logLevel) && exception is not OperationCanceledException) log.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
