using System.Globalization;
using StackExchange.Redis;

namespace Aggregator.Server;

internal sealed partial class EmbeddedStore
{
    /// <summary>A start replays the log since the last checkpoint; this much takes a few seconds.</summary>
    private const long LongestLog = 256L << 20;
    private const long WorthACheckpoint = 32L << 20;

    /// <summary>The share of its memory from which on the store is full, until as much less is in use.</summary>
    private const double Full = 0.8, Roomy = 0.75;

    /// <summary>The free disk in bytes from below which on the store is full, until there is more again: a log that cannot be written ends it.</summary>
    private const long ScarceDisk = 128L << 20, EnoughDisk = 160L << 20, LeastToStart = 16L << 20;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LookForRoom = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Oldest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(1);

    /// <summary>Writes everything to disk and drops the log up to there. All others wait meanwhile; once begun it is not cancelled.</summary>
    public async Task Checkpoint(CancellationToken cancel)
    {
        await _oneCheckpoint.WaitAsync(cancel);
        try
        {
            await _gate.Close();
            await _own.GetDatabase().ExecuteAsync("SAVE");
        }
        finally
        {
            _gate.Open();
            _oneCheckpoint.Release();
        }
    }

    /// <summary>Whether reports are to be refused until there is room again: what the store has taken stays whole.</summary>
    public bool IsFull => _isMemoryFull || _isDiskFull;

    /// <summary>Deletes what has expired: the store itself does so only to a key that is asked for again, and reporters never are.</summary>
    /// <returns>How many keys it deleted.</returns>
    internal async Task<long> DropExpired(CancellationToken cancel)
    {
        await _oneCheckpoint.WaitAsync(cancel);
        try
        {
            var counts = (RedisResult[])(await _own.GetDatabase().ExecuteAsync("EXPDELSCAN"))!;
            return (long)counts[0];
        }
        finally
        {
            _oneCheckpoint.Release();
        }
    }

    private async Task KeepTidy(TimeProvider clock, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Look, clock);
        var (last, swept, saidNoRoom) = (clock.GetTimestamp(), clock.GetTimestamp(), false);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                try
                {
                    if (clock.GetElapsedTime(swept) >= Sweep)
                    {
                        swept = clock.GetTimestamp();
                        LogSweep(await DropExpired(stopping), clock.GetElapsedTime(swept).TotalMilliseconds);
                    }

                    var (log, free, needed) = (await LogSize(), Free(_directory), (await Memory()).Used + ScarceDisk);

                    // On a small disk before the log takes what a checkpoint needs: only that gives the log's part back.
                    var scarce = free < needed + LongestLog && log >= WorthACheckpoint;
                    if (clock.GetElapsedTime(last) < Oldest && log < LongestLog && !scarce) continue;

                    // One that fills the disk would end the log as well.
                    if (free < needed)
                    {
                        if (!saidNoRoom) LogNoRoom(needed >> 20);
                        saidNoRoom = true;
                        continue;
                    }

                    (last, saidNoRoom) = (clock.GetTimestamp(), false);
                    await Checkpoint(stopping);
                    LogCheckpoint(clock.GetElapsedTime(last).TotalSeconds);
                }
                catch (Exception e) when (e is RedisException or RedisCommandException or TimeoutException)
                {
                    LogNoCheckpoint(e);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async Task WatchRoom(TimeProvider clock, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(LookForRoom, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                var free = Free(_directory);
                if (!_isDiskFull && free < ScarceDisk) LogDiskFull(free >> 20, EnoughDisk >> 20);
                if (_isDiskFull && free >= EnoughDisk) LogDiskRoom(free >> 20);
                _isDiskFull = free < (_isDiskFull ? EnoughDisk : ScarceDisk);
                try
                {
                    var (used, room) = await Memory();
                    if (room == 0) continue;
                    var share = used / (double)room;
                    if (!_isMemoryFull && share >= Full) LogFull(used >> 20, room >> 20);
                    if (_isMemoryFull && share < Roomy) LogRoom(used >> 20, room >> 20);
                    _isMemoryFull = share >= (_isMemoryFull ? Roomy : Full);
                }
                catch (Exception e) when (e is RedisException or RedisCommandException or TimeoutException)
                {
                    // Asked again in a moment.
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private static long Free(string directory) => new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;

    private async Task<(long Used, long Room)> Memory()
    {
        var info = (string?)await _own.GetDatabase().ExecuteAsync("INFO", "memory") ?? "";
        return (Address(info, "store_mainlog_memory_size"), Address(info, "store_heap_memory_target_size"));
    }

    internal async Task<long> LogSize()
    {
        var info = (string?)await _own.GetDatabase().ExecuteAsync("INFO", "persistence") ?? "";
        return Address(info, "TailAddress") - Address(info, "BeginAddress");
    }

    private static long Address(string info, string name)
    {
        foreach (var line in info.Split('\n'))
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] == ':')
                return long.Parse(line.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
        return 0;
    }

    [LoggerMessage(LogLevel.Error, "Embedded store: full, {Used} of {Room} MB; reports are refused until some expire. More memory helps, or a Redis: Store:Mode=Redis")]
    private partial void LogFull(long used, long room);

    [LoggerMessage(LogLevel.Warning, "Embedded store: {Used} of {Room} MB; reports are taken again")]
    private partial void LogRoom(long used, long room);

    [LoggerMessage(LogLevel.Error, "Embedded store: {Free} MB of disk are left; reports are refused until {Least} are free again")]
    private partial void LogDiskFull(long free, long least);

    [LoggerMessage(LogLevel.Warning, "Embedded store: {Free} MB of disk are free; reports are taken again")]
    private partial void LogDiskRoom(long free);

    [LoggerMessage(LogLevel.Warning, "Embedded store: a checkpoint needs {Needed} MB of free disk; nothing is lost, the log grows until there are as many")]
    private partial void LogNoRoom(long needed);

    [LoggerMessage(LogLevel.Debug, "Embedded store: checkpoint taken in {Seconds:0.0} s")]
    private partial void LogCheckpoint(double seconds);

    [LoggerMessage(LogLevel.Debug, "Embedded store: {Keys} expired keys deleted in {Milliseconds:0.0} ms")]
    private partial void LogSweep(long keys, double milliseconds);

    [LoggerMessage(LogLevel.Error, "Embedded store: the checkpoint failed; nothing is lost, the log grows until one succeeds")]
    private partial void LogNoCheckpoint(Exception error);
}
