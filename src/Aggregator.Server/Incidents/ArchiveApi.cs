using System.ServiceModel.Syndication;
using System.Text;
using System.Text.Json;
using System.Xml;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>The archive for people, by incident and by day, and for feed readers.</summary>
internal static class ArchiveApi
{
    private const int FedAtMost = 50;
    private const int OfADayAtMost = 500;
    private static readonly TimeSpan ChartMargin = TimeSpan.FromMinutes(30);

    extension(IEndpointRouteBuilder routes)
    {
        public void MapArchive()
        {
            var pages = routes.MapGroup("").ExcludeFromDescription().CacheOutput(OutputCaching.OneSecond);
            pages.MapGet("/incidents", (HttpContext http, IncidentReader reader, Catalog catalog, TimeProvider clock) => Day(clock.GetUtcNow().UtcDateTime.Date, reader, catalog, clock));
            pages.MapGet("/incidents/{year:int:range(2000,9998)}/{month:int:range(1,12)}/{day:int:range(1,31)}",
                (int year, int month, int day, IncidentReader reader, Catalog catalog, TimeProvider clock) =>
                    day <= DateTime.DaysInMonth(year, month) ? Day(new(year, month, day), reader, catalog, clock) : Task.FromResult<IResult>(NotFound()));
            pages.MapGet("/incidents/{id}", One);
            routes.MapGet("/incidents.atom", (HttpContext http, IncidentReader reader, Catalog catalog, TimeProvider clock, IOptions<WebhookOptions> webhooks) =>
                Feed(http, null, reader, catalog, clock, webhooks.Value)).WithTags("Incidents").CacheOutput(OutputCaching.OneSecond).Produces(200, contentType: "application/atom+xml");
            routes.MapGet("/services/{service}/incidents.atom", (string service, HttpContext http, IncidentReader reader, Catalog catalog, TimeProvider clock, IOptions<WebhookOptions> webhooks) =>
                Feed(http, service, reader, catalog, clock, webhooks.Value)).WithTags("Incidents").CacheOutput(OutputCaching.OneSecond).Produces(200, contentType: "application/atom+xml").ProducesProblem(404);
        }
    }

    private static async Task<IResult> One(string id, IncidentReader reader, SeriesQueries series, Catalog catalog, TimeProvider clock)
    {
        if (await reader.Find(id) is not { } incident) return NotFound();
        var answer = await reader.Answer(incident);
        return Page<IncidentPage>(new()
        {
            [nameof(IncidentPage.Incident)] = answer,
            [nameof(IncidentPage.Services)] = answer.Related.Select(other => other.Service).Distinct().ToDictionary(other => other, other => NameOf(other, catalog)),
            [nameof(IncidentPage.Timeline)] = Timeline(incident, catalog),
            [nameof(IncidentPage.Service)] = NameOf(incident.Service, catalog),
            [nameof(IncidentPage.Chart)] = await Chart(incident, series, clock.GetUtcNow()),
            [nameof(IncidentPage.Names)] = Names(catalog),
            [nameof(IncidentPage.Now)] = clock.GetUtcNow(),
        });
    }

    private static async Task<IResult> Day(DateTime day, IncidentReader reader, Catalog catalog, TimeProvider clock)
    {
        var from = new DateTimeOffset(day, TimeSpan.Zero);
        var incidents = await reader.Between(from, from.AddDays(1).AddSeconds(-1), OfADayAtMost);
        return Page<ArchivePage>(new()
        {
            [nameof(ArchivePage.Day)] = from,
            [nameof(ArchivePage.Today)] = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero),
            [nameof(ArchivePage.Incidents)] = incidents.Select(incident => (IncidentAnswers.From(incident), NameOf(incident.Service, catalog))).ToList(),
            [nameof(ArchivePage.Names)] = Names(catalog),
        });
    }

    /// <summary>The newest incidents as an Atom feed (RFC 4287): an entry each, updated with each change.</summary>
    private static async Task<IResult> Feed(HttpContext http, string? service, IncidentReader reader, Catalog catalog, TimeProvider clock, WebhookOptions webhooks)
    {
        if (service is not null && (!ServiceKey.TryParse(service, out var key) || catalog.Find(key) is null)) return Problems.UnknownService(service);

        var root = webhooks.RootFor(http);
        IReadOnlyList<IncidentDocument> incidents;
        try
        {
            incidents = await reader.Between(DateTimeOffset.UnixEpoch, clock.GetUtcNow(), FedAtMost, service);
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return Problems.StoreRefused(error) ?? Problems.NoSight();
        }

        var entries = incidents.Select(incident => Entry(incident, root, catalog)).ToList();
        var title = service is null ? "Outages" : $"Outages of {NameOf(service, catalog)}";
        var self = new Uri(root, http.Request.Path);
        var feed = new SyndicationFeed(title, "As reported by the people it is down for", new Uri(root, service is null ? "/incidents" : $"/services/{service}"), entries)
        {
            Id = $"urn:aggregator:feed:{service ?? "all"}",
            LastUpdatedTime = entries.Select(entry => entry.LastUpdatedTime).DefaultIfEmpty(DateTimeOffset.UnixEpoch).Max(),
        };
        feed.Authors.Add(new() { Name = "Aggregator" });
        feed.Links.Add(new(self, "self", title, "application/atom+xml", 0));
        var text = Write(feed);
        return CachedTag.IsKnown(http, text, JsonSerializerOptions.Web) ? Results.Empty : Results.Text(text, "application/atom+xml", Encoding.UTF8);
    }

    private static SyndicationItem Entry(IncidentDocument incident, Uri root, Catalog catalog)
    {
        // Notes that an earlier version took may hold what XML cannot carry; names are clean in the catalog.
        var text = string.Join('\n', Timeline(incident, catalog).Select(step => $"{step.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {step.Sentence}"));
        var changed = incident.Changes[^1].At;
        var item = new SyndicationItem(
            XmlText.Clean(Wording.Title(NameOf(incident.Service, catalog), IncidentAnswers.From(incident), changed)), SyndicationContent.CreatePlaintextContent(XmlText.Clean(text)),
            new Uri(root, $"/incidents/{incident.Id}"), $"urn:aggregator:incident:{incident.Id}", changed)
        {
            PublishDate = incident.OpenedAt,
        };
        item.Categories.Add(new(incident.Service));
        return item;
    }

    private static string Write(SyndicationFeed feed)
    {
        using var buffer = new MemoryStream();
        using (var writer = XmlWriter.Create(buffer, new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Indent = true })) new Atom10FeedFormatter(feed).WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static List<TimelineStep> Timeline(IncidentDocument incident, Catalog catalog) =>
        [.. incident.Changes.Select(change =>
        {
            var note = incident.Notes.IsDefault ? null : incident.Notes.FirstOrDefault(note => note.Sequence == change.Sequence);
            return new TimelineStep(change.At, change.Kind, note is not null ? XmlText.Clean(note.Text) : Wording.Told(NameOf(incident.Service, catalog), incident, change, null, region => NameOfRegion(region, catalog)), note?.Source);
        })];

    // What the archive knows of the counts; they are kept for weeks, the incident for longer.
    private static async Task<SeriesAnswer?> Chart(IncidentDocument incident, SeriesQueries series, DateTimeOffset now)
    {
        var (from, to) = (incident.OpenedAt - ChartMargin, (incident.ResolvedAt ?? now) + ChartMargin);
        if (to > now) to = now;
        var interval = (to - from).TotalHours switch { < 6 => "1m", < 48 => "5m", _ => "1h" };
        return await series.Draw(new(ServiceKey.Parse(incident.Service), RegionCode.All), from, to, interval);
    }

    private static string NameOf(string service, Catalog catalog) => ServiceKey.TryParse(service, out var key) && catalog.Find(key) is { } known ? known.Name : service;

    private static string NameOfRegion(string region, Catalog catalog) => RegionCode.TryParse(region, out var code) && catalog.Find(code) is { } known ? known.Name : region;

    private static Dictionary<string, string> Names(Catalog catalog) => catalog.Regions.ToDictionary(region => region.Region, region => region.Name);

    private static RazorComponentResult<T> Page<T>(Dictionary<string, object?> parameters) where T : IComponent => new(parameters);

    private static RazorComponentResult<NotFoundPage> NotFound() => new RazorComponentResult<NotFoundPage> { StatusCode = StatusCodes.Status404NotFound };
}

/// <summary>One step of an incident as a person reads it.</summary>
/// <param name="Source">Where the operator's word was said first.</param>
public sealed record TimelineStep(DateTimeOffset At, ChangeKind Kind, string Sentence, string? Source);
