namespace Aggregator.Server.Tests;

/// <summary>A server under trial: a process of its own, or one in this process whose clock the test sets.</summary>
internal interface ITriedServer
{
    /// <summary>Anybody.</summary>
    HttpClient Http { get; }

    HttpClient Operator { get; }

    /// <summary>What it reads.</summary>
    TimeProvider Clock { get; }

    /// <summary>What it has said, as far as the test keeps it.</summary>
    string Output { get; }

    Task Stop();

    /// <summary>Starts it again on what it left, and waits until it is ready.</summary>
    Task Restart();
}
