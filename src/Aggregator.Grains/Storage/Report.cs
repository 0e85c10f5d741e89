using System.Text.Json.Serialization;
using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>What became of a report.</summary>
public enum ReportOutcome
{
    /// <summary>It is in the counts.</summary>
    [JsonStringEnumMemberName("counted")]
    Counted,

    /// <summary>This reporter was already heard on this service within the dedup window.</summary>
    [JsonStringEnumMemberName("duplicate")]
    Duplicate,

    /// <summary>This network already gave its share to this service in this window: kept apart, not in the counts.</summary>
    [JsonStringEnumMemberName("quarantined")]
    Quarantined,
}

/// <summary>One line to append: <paramref name="Count"/> reports of one kind.</summary>
/// <param name="At">When it was seen; it decides the bucket and the dedup window.</param>
/// <param name="Count">1 or more; more than 1 only without a reporter.</param>
/// <param name="Reporter">The reporter as a keyed hash, or null: then nothing is deduplicated.</param>
/// <param name="Network">The reporter's network as a keyed hash, or null: then no share is asked for.</param>
/// <param name="ReporterBefore">The same reporter under the key of the dedup window before, where that was another: on the first window of a day.</param>
/// <param name="Comment">What the reporter wrote, as it is to be kept; only with a reporter or a network.</param>
public readonly record struct Report(
    SeriesKey Series, DateTimeOffset At, string Symptom, int Count, string? Reporter, string? Network, string? ReporterBefore = null, string? Comment = null);

/// <summary>What became of one line: of its reports, <paramref name="Counted"/> were counted, the rest met <paramref name="Rest"/>.</summary>
public readonly record struct LineOutcome(int Counted, ReportOutcome Rest)
{
    /// <summary>The word for a line of one report.</summary>
    public ReportOutcome Outcome => Counted > 0 ? ReportOutcome.Counted : Rest;
}

/// <summary>Reports that are appended together: all or none, and once, however often it is tried.</summary>
/// <param name="Shard">Where the id is kept; on a Redis Cluster all reports are of it.</param>
/// <param name="Page">What ids are kept and forgotten together.</param>
/// <param name="Id">Unique in its page; a second commit under the same id is answered as the first was.</param>
/// <param name="Digest">What it holds, in a few characters, where the id is a client's: the same id with another digest is refused.</param>
/// <param name="Keep">For how long the page is remembered, from its first id on.</param>
public sealed record CommitBatch(int Shard, string Page, string Id, string Digest, TimeSpan Keep, IReadOnlyList<Report> Reports);

/// <summary>The content of one bucket as the store has it now: absolute, so hearing it twice, late or out of order is harmless.</summary>
[GenerateSerializer, Immutable, Alias("bucket-tally")]
public readonly record struct BucketTally([property: Id(0)] long Bucket, [property: Id(1)] Tally Tally);

public enum CommitResult
{
    /// <summary>Appended now.</summary>
    Committed,

    /// <summary>Appended earlier under the same id; the outcomes are those of then.</summary>
    AlreadyCommitted,

    /// <summary>The id was used for another content.</summary>
    OtherContent,
}

/// <summary>What the store answered.</summary>
/// <param name="Lines">One for each report of the batch, in its order.</param>
/// <param name="Touched">Absolute tallies of the counters that moved, ALL included; empty where nothing was appended now.</param>
/// <param name="Untold">Series of which these say too little, because counts of the past are packed: they are to be read.</param>
public sealed record CommitAnswer(
    CommitResult Result, LineOutcome[] Lines, IReadOnlyDictionary<SeriesKey, List<BucketTally>> Touched, IReadOnlyCollection<SeriesKey> Untold);
