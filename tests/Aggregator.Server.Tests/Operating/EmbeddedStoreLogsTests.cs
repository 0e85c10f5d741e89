using Microsoft.Extensions.Logging;

namespace Aggregator.Server.Tests;

public sealed class EmbeddedStoreLogsTests
{
    [Fact]
    public void Of_the_store_only_warnings_are_heard_and_its_stopping_is_none()
    {
        using var heard = new Heard();
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(heard));
        using var logs = new EmbeddedStoreLogs(loggers);
        var log = logs.CreateLogger("Garnet");
        log.Log(LogLevel.Information, 0, "chatter", null, (text, _) => text);
        log.Log(LogLevel.Error, 0, "stopping", new TaskCanceledException(), (text, _) => text);
        log.Log(LogLevel.Error, 0, "broken", new IOException(), (text, _) => text);
        log.Log(LogLevel.Warning, 0, "odd", null, (text, _) => text);
        Assert.Equal(["broken", "odd"], heard.Lines);
    }

    private sealed class Heard : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
