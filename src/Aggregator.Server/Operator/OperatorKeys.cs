using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>A key by its hash; the key itself is not kept.</summary>
internal sealed class OperatorKey(string name, IReadOnlyList<string> scopes, byte[] hash)
{
    public string Name { get; } = name;

    public IReadOnlyList<string> Scopes { get; } = scopes;

    public byte[] Hash { get; } = hash;

    /// <summary>What a session of this key carries: with the key it ends.</summary>
    public string Mark { get; } = Convert.ToHexStringLower(HMACSHA256.HashData(hash, "operator-session"u8));

    public bool May(string scope) => Scopes.Contains(scope);

    public ClaimsPrincipal Principal(string scheme, params Claim[] more) =>
        new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, Name), .. Scopes.Select(scope => new Claim(OperatorScopes.Claim, scope)), .. more], scheme));
}

/// <summary>The keys that are taken: from the settings, from files, or made once and kept in <c>operator.key</c>, readable by its owner alone.</summary>
/// <remarks>Servers that share a Redis share the key that was made through it: each has it in a file of its own.</remarks>
internal sealed partial class OperatorKeys
{
    /// <summary>The name of the key that has all scopes.</summary>
    public const string FirstName = "operator";

    private const int LengthAtLeast = 16;

    private readonly Source[] _sources;
    private readonly string? _made;
    private volatile OperatorKey[] _keys;

    private OperatorKeys(IEnumerable<Source> sources, string? made)
    {
        (_sources, _made) = ([.. sources], made);
        _keys = Known();
    }

    /// <exception cref="IOException">A file of keys went away since the settings were read.</exception>
    public static async Task<OperatorKeys> Open(OperatorOptions options, StoreOptions store, StoreConnection connection)
    {
        var further = options.Keys.Select(key => new Source(key.Name, key.Scopes, key.Key, key.KeyFile));
        if (!string.IsNullOrWhiteSpace(options.Key) || !string.IsNullOrWhiteSpace(options.KeyFile))
            return new([new(FirstName, OperatorScopes.All, options.Key, options.KeyFile), .. further], made: null);

        var file = Path.GetFullPath(Path.Combine(store.DataDirectory, "operator.key"));
        var kept = File.Exists(file) ? (await File.ReadAllTextAsync(file)).Trim() : null;
        var key = string.IsNullOrEmpty(kept) ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)) : kept;
        if (store.Mode == StoreMode.Redis) key = await new OperatorKeyStore(connection).KeepFirst(key);
        if (key != kept) await Keep(file, key);

        // With a Redis the file is a copy: what is written into it there is not the key of the other servers.
        var first = store.Mode == StoreMode.Redis ? new Source(FirstName, OperatorScopes.All, key, null) : new(FirstName, OperatorScopes.All, null, file);
        return new([first, .. further], file);
    }

    /// <summary>The key that was sent, if it is one; compares in a time that tells nothing about the others.</summary>
    public OperatorKey? Find(string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        return First(known => CryptographicOperations.FixedTimeEquals(known.Hash, hash));
    }

    /// <summary>The key that a session was begun with, if it still is one.</summary>
    public OperatorKey? FindByMark(string mark)
    {
        var claimed = Encoding.UTF8.GetBytes(mark);
        return First(known => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(known.Mark), claimed));
    }

    /// <summary>Says where a key that was made is, and which are too easy to guess.</summary>
    public void SayWhere(ILogger logger)
    {
        if (_made is not null) LogWhere(logger, _made);
        foreach (var source in _sources.Where(source => source.Shortest < LengthAtLeast)) LogShort(logger, source.Name, LengthAtLeast);
    }

    /// <summary>Reads the files anew. What is read twice alike is taken: nobody's half-written key is. A file that cannot be read changes nothing.</summary>
    public void Look(ILogger logger)
    {
        var changed = false;
        foreach (var source in _sources) changed |= source.Look(logger);
        if (changed) _keys = Known();
    }

    private OperatorKey[] Known() => [.. _sources.SelectMany(source => source.Known)];

    private OperatorKey? First(Func<OperatorKey, bool> isIt)
    {
        OperatorKey? found = null;
        foreach (var known in _keys)
        {
            if (isIt(known)) found ??= known;
        }

        return found;
    }

    private static async Task Keep(string file, string key)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);

        // Under another name first: nobody may find half a key, or one that others can read.
        var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var writer = new StreamWriter(file + ".new", how)) await writer.WriteLineAsync(key);
        File.Move(file + ".new", file, overwrite: true);
    }

    [LoggerMessage(LogLevel.Information, "The operator key is in {File}")]
    private static partial void LogWhere(ILogger logger, string file);

    [LoggerMessage(LogLevel.Warning, "The operator key '{Name}' has fewer than {Least} characters and can be guessed; openssl rand -hex 24 makes a better one")]
    private static partial void LogShort(ILogger logger, string name, int least);

    /// <summary>Where keys of one name come from.</summary>
    private sealed partial class Source
    {
        private readonly IReadOnlyList<string> _scopes;
        private readonly string? _file;
        private string[]? _seen;
        private string? _fault;

        public Source(string name, IReadOnlyList<string> scopes, string? key, string? file)
        {
            (Name, _scopes, _file) = (name, scopes, string.IsNullOrWhiteSpace(key) ? file : null);
            Take(_file is null ? [key!.Trim()] : OperatorKeyFile.Read(_file));
        }

        public string Name { get; }

        public int Shortest { get; private set; }

        public IReadOnlyList<OperatorKey> Known { get; private set; } = [];

        /// <summary>Whether there are other keys than before.</summary>
        public bool Look(ILogger logger)
        {
            if (_file is null) return false;
            try
            {
                var (read, before) = (OperatorKeyFile.Read(_file), _seen);
                (_seen, _fault) = (read, null);
                if (before is null || !read.SequenceEqual(before) || IsKnown(read)) return false;

                Take(read);
                LogChanged(logger, Name, _file, read.Length);
                return true;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                if (_fault != error.Message) LogKept(logger, Name, _fault = error.Message);
                return false;
            }
        }

        private void Take(string[] keys)
        {
            Known = [.. keys.Select(key => new OperatorKey(Name, _scopes, Hash(key)))];
            Shortest = keys.Min(key => key.Length);
        }

        private bool IsKnown(string[] keys) => Known.Count == keys.Length && Known.Zip(keys).All(pair => pair.First.Hash.AsSpan().SequenceEqual(Hash(pair.Second)));

        private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

        [LoggerMessage(LogLevel.Information, "The operator key '{Name}' was read anew from {File}: {Keys} are taken")]
        private static partial void LogChanged(ILogger logger, string name, string file, int keys);

        [LoggerMessage(LogLevel.Warning, "The file of the operator key '{Name}' cannot be used, so what was read before stays: {Reason}")]
        private static partial void LogKept(ILogger logger, string name, string reason);
    }
}

/// <summary>Looks after the files of keys: by reading them, since a secret that is mounted changes in ways that file systems do not tell of.</summary>
internal sealed class OperatorKeyWatch(OperatorKeys keys, TimeProvider clock, ILogger<OperatorKeyWatch> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken)) keys.Look(logger);
    }
}
