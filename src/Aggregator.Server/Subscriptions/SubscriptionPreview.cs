using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>What a filter would have told, from the archive.</summary>
internal sealed class SubscriptionPreview(IncidentStore archive, MessageWriter writer)
{
    private const int IncidentsAtMost = 5000;
    private const int PageLength = 100;
    private const int MessagesAtMost = 200;

    public async Task<PreviewAnswer> Over(DateTimeOffset from, SubscriptionFilter filter)
    {
        var (count, messages) = (0, new List<PreviewMessage>());
        for (var skip = 0; skip < IncidentsAtMost; skip += PageLength)
        {
            var page = await archive.List(from, null, skip, PageLength);
            foreach (var incident in page)
            {
                foreach (var change in incident.Changes.Where(change => filter.Passes(incident, change)).Reverse())
                {
                    count++;
                    if (messages.Count == MessagesAtMost) continue;
                    var data = writer.Data(incident, change).Change;
                    messages.Add(new($"incident.{change.Kind.ToString().ToLowerInvariant()}", change.At, incident.Id, incident.Service, data.Regions, data.Sentence));
                }
            }

            if (page.Count < PageLength) break;
        }

        return new(from, count, messages);
    }
}
