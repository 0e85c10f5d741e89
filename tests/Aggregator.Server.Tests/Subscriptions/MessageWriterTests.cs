using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>Messages in every format, and the limits of each.</summary>
public sealed class MessageWriterTests(PublicServer server) : IClassFixture<PublicServer>
{
    private static readonly DateTimeOffset Noon = Incidents.Noon;

    private MessageWriter Writer => server.Server.Get<MessageWriter>();

    [Fact]
    public void A_grouped_message_names_what_goes_on_and_not_what_is_over()
    {
        var told = Grouped(MessageFormat.Standard, open: 7, Of("a", ChangeKind.Opened), Of("b", ChangeKind.Opened), Of("b", ChangeKind.Resolved)).GetProperty("data");
        Assert.Equal("Trouble with a: 7 incidents that began since 12:00 UTC go on.", told.Text("sentence"));
        Assert.Equal(["open", "resolved"], told.List("incidents").Select(one => one.Text("state")).Order());
    }

    [Fact]
    public void Where_all_it_tells_is_over_and_others_go_on_it_says_so() => Assert.Equal(
        "2 incidents that began since 12:00 UTC go on; others are over, a and b among them.",
        Grouped(MessageFormat.Standard, open: 2, Of("a", ChangeKind.Resolved), Of("b", ChangeKind.Resolved)).GetProperty("data").Text("sentence"));

    [Fact]
    public void Once_all_is_over_it_says_that() => Assert.Equal(
        "The trouble that began at 12:00 UTC is over, a among it.", Grouped(MessageFormat.Standard, open: 0, Of("a", ChangeKind.Resolved)).GetProperty("data").Text("sentence"));

    [Fact]
    public void What_came_and_went_and_came_again_fires_since_it_was_opened_first()
    {
        var alert = Grouped(MessageFormat.Alertmanager, open: 1, Of("a", ChangeKind.Reopened), Of("a", ChangeKind.Resolved), Of("a", ChangeKind.Reopened)).List("alerts")[0];
        Assert.Equal(("firing", Noon.AddMinutes(-20)), (alert.Text("status"), alert.GetProperty("startsAt").GetDateTimeOffset()));
        Assert.Contains("2 waves", alert.GetProperty("annotations").Text("summary"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MessageFormat.Standard, 60)]
    [InlineData(MessageFormat.Standard, 900)]
    [InlineData(MessageFormat.Alertmanager, 60)]
    [InlineData(MessageFormat.Alertmanager, 900)]
    [InlineData(MessageFormat.Pagerduty, 60)]
    public void Everybody_told_of_an_opening_in_a_group_is_told_of_its_end_under_the_same_key(MessageFormat format, int incidents)
    {
        // At the end nothing is observed, and the order by size is another.
        var services = Enumerable.Range(0, incidents).Select(i => $"service-{i}").ToArray();
        var opened = Keys(format, All(format, incidents, [.. services.Select((service, i) => Of(service, ChangeKind.Opened) with { Verdict = Incidents.Verdict() with { Observed = 100 + i } })]));
        var ended = Keys(format, All(format, 0, [.. services.Select((service, i) => Of(service, ChangeKind.Resolved) with { Sequence = 2, Verdict = Incidents.Verdict(Level.Normal) with { Observed = 0, Expected = i } })]));

        Assert.Equal(incidents, opened.Count);
        Assert.All(opened, one => Assert.True(one.IsOpen));
        Assert.All(ended, one => Assert.False(one.IsOpen));
        Assert.Equal(opened.Select(one => one.Key).Order(), ended.Select(one => one.Key).Order());
    }

    [Theory]
    [InlineData(MessageFormat.Standard)]
    [InlineData(MessageFormat.Slack)]
    [InlineData(MessageFormat.Pagerduty)]
    [InlineData(MessageFormat.Alertmanager)]
    public void A_large_group_becomes_messages_within_the_limits_of_the_format_and_loses_nothing(MessageFormat format)
    {
        var changes = Enumerable.Range(0, 5000).Select(i => Of($"service-{i}", ChangeKind.Opened) with { Regions = ["US", "GB", "FR", "DE", "JP", "BR"] }).ToArray();
        var messages = Messages(format, 5000, changes);

        Assert.True(messages.Count > 1);
        Assert.Equal(changes.Select(change => change.Incident).Order(), messages.SelectMany(message => message.Changes).Select(change => change.Incident).Order());
        if (format != MessageFormat.Slack)
        {
            Assert.All(messages, message => Assert.True(Encoding.UTF8.GetByteCount(message.Body) < 20_000));
            return;
        }

        Assert.All(messages.Select(Json), ExpectSlackTakesIt);
        var text = string.Concat(messages.Select(Json).SelectMany(message => message.List("blocks")).Select(block => block.GetProperty("text").Text("text") + "\n"));
        Assert.All(changes, change => Assert.Contains($"• {change.Service}: ", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("😀", 990)]
    [InlineData("👨‍👩‍👧‍👦", 170)]
    [InlineData("&", 1990)]
    [InlineData("<@here>", 280)]
    [InlineData("é", 900)]
    [InlineData("語", 1990)]
    [InlineData("line\n", 380)]
    public void A_long_note_is_cut_between_characters_and_keeps_its_link(string part, int times)
    {
        var note = string.Concat(Enumerable.Repeat(part, times));
        var incident = Incidents.Of("x", "US");
        var change = Incidents.Change(2, ChangeKind.Noted);
        incident = incident with { Changes = incident.Changes.Add(change), Notes = [new(2, change.At, note, "https://status.example/" + new string('a', 1900))] };

        var slack = Single(MessageFormat.Slack, incident, change);
        ExpectSlackTakesIt(slack);
        Assert.EndsWith("|What is known of it>", slack.List("blocks")[0].GetProperty("text").Text("text"), StringComparison.Ordinal);
        Assert.InRange(Single(MessageFormat.Pagerduty, incident, change).GetProperty("payload").Text("summary")!.Length, 100, 1024);
        foreach (var format in Enum.GetValues<MessageFormat>())
        {
            var body = Body(format, incident, change);
            Assert.DoesNotContain('\uFFFD', Json(new(body, [])).ToString());
            Assert.DoesNotContain("\\ud83d\\u2026", body, StringComparison.OrdinalIgnoreCase);
            if (format == MessageFormat.Standard) Assert.InRange(Encoding.UTF8.GetByteCount(body), 1, 19_999);
        }
    }

    [Theory]
    [InlineData(691, "critical", "Very many reports of trouble with x in the United States.")]
    [InlineData(121, "error", "Many reports of trouble with x in the United States.")]
    [InlineData(55, "warning", "Reports of trouble with x in the United States.")]
    public void Severity_and_words_go_by_size_and_alone_and_in_a_group_alike(double observed, string severity, string sentence)
    {
        var verdict = Incidents.Verdict() with { Observed = observed, Window = TimeSpan.FromMinutes(1) };
        var change = Incidents.Change(1, ChangeKind.Opened, "US") with { Verdict = verdict };
        var incident = Incidents.Of("y", "US") with { Service = "x", Opening = verdict, Peak = new(Noon, observed, 3.5, "US", verdict), Changes = [change] };

        var page = Single(MessageFormat.Pagerduty, incident, change).GetProperty("payload");
        Assert.Equal((severity, sentence.Replace("x", "X", StringComparison.Ordinal)), (page.Text("severity"), page.Text("summary")!));
        Assert.Equal(severity, Single(MessageFormat.Alertmanager, incident, change).List("alerts")[0].GetProperty("labels").Text("severity"));

        var held = GatheredChange.From(incident, change);
        var grouped = Grouped(MessageFormat.Pagerduty, 1, held).GetProperty("payload");
        Assert.Equal((page.Text("severity"), page.Text("summary")), (grouped.Text("severity"), grouped.Text("summary")));
        Assert.Equal(severity, Grouped(MessageFormat.Alertmanager, 1, held).List("alerts")[0].GetProperty("labels").Text("severity"));
    }

    [Fact]
    public void The_labels_of_an_alert_stay_as_they_were_when_it_was_opened()
    {
        var small = Incidents.Of("x", "US");
        var worse = Incidents.Verdict() with { Observed = 100_000 };
        var resolved = Incidents.Change(2, ChangeKind.Resolved);
        var over = small with { ResolvedAt = resolved.At, Peak = new(Noon, 100_000, 3.5, "US", worse), Changes = small.Changes.Add(resolved) };

        var (opening, end) = (Single(MessageFormat.Alertmanager, small, small.Changes[0]).List("alerts")[0], Single(MessageFormat.Alertmanager, over, resolved).List("alerts")[0]);
        Assert.Equal(opening.GetProperty("labels").ToString(), end.GetProperty("labels").ToString());
        Assert.Equal(("warning", "critical"), (opening.GetProperty("annotations").Text("severity"), end.GetProperty("annotations").Text("severity")));
    }

    [Theory]
    [InlineData(MessageFormat.Standard)]
    [InlineData(MessageFormat.Slack)]
    [InlineData(MessageFormat.Alertmanager)]
    [InlineData(MessageFormat.Pagerduty)]
    public void An_end_that_is_a_new_usual_is_not_called_back_to_usual(MessageFormat format)
    {
        var change = Incidents.Change(2, ChangeKind.Resolved, "US") with
        {
            Verdict = Incidents.Verdict() with { Level = Level.Normal, Reason = VerdictReason.BecameUsual },
        };
        var incident = Incidents.Of("x", "US") is var open ? open with { ResolvedAt = change.At, Changes = open.Changes.Add(change) } : null!;

        foreach (var message in new[] { Body(format, incident, change), Messages(format, 0, GatheredChange.From(incident, change))[0].Body })
            Assert.DoesNotContain("back to usual", message, StringComparison.Ordinal);
        Assert.Contains("are the usual now", Body(format, incident, change), StringComparison.Ordinal);
        Assert.True(IncidentAnswers.From(incident).BecameUsual);
        Assert.Contains("the usual now", Wording.Title("X", IncidentAnswers.From(incident), Noon.AddDays(3)), StringComparison.Ordinal);
    }

    private static void ExpectSlackTakesIt(JsonElement message)
    {
        Assert.InRange(message.List("blocks").Length, 1, 50);
        Assert.All(message.List("blocks").Select(block => block.GetProperty("text").Text("text")!).Append(message.Text("text")!), text =>
        {
            Assert.InRange(text.Length, 1, 3000);
            Assert.DoesNotMatch("&(?!amp;|lt;|gt;)", text);
        });
    }

    /// <summary>What a receiver knows an incident by, and whether it goes on.</summary>
    private static List<(string Key, bool IsOpen)> Keys(MessageFormat format, IEnumerable<JsonElement> messages) => [.. format switch
    {
        MessageFormat.Pagerduty => messages.Select(message => (message.Text("dedup_key")!, message.Text("event_action") == "trigger")),
        MessageFormat.Alertmanager => messages.SelectMany(message => message.List("alerts")).Select(alert => ($"{alert.Text("fingerprint")} {alert.GetProperty("labels")}", alert.Text("status") == "firing")),
        _ => messages.SelectMany(message => message.GetProperty("data").List("incidents")).Select(one => (one.Text("id")!, one.Text("state") == "open")),
    }];

    private static GatheredChange Of(string service, ChangeKind kind) =>
        new($"{service}-20261122-114000", service, kind, 1, Noon, ["US"], Incidents.Verdict(), kind == ChangeKind.Opened ? 1 : 2, Noon.AddMinutes(-20));

    private static JsonElement Json(GroupMessage message) => JsonDocument.Parse(message.Body).RootElement;

    private static SubscriptionSettings Settings(MessageFormat format) => new("https://example.com/", new([], [], [], Level.Normal), format, format == MessageFormat.Pagerduty ? "key" : null);

    private JsonElement Grouped(MessageFormat format, int open, params GatheredChange[] changes) => Assert.Single(All(format, open, changes));

    private IReadOnlyList<JsonElement> All(MessageFormat format, int open, params GatheredChange[] changes) => [.. Messages(format, open, changes).Select(Json)];

    private IReadOnlyList<GroupMessage> Messages(MessageFormat format, int open, params GatheredChange[] changes) => Writer.Grouped(Settings(format), Noon, Noon.AddMinutes(5), [.. changes], open);

    private string Body(MessageFormat format, IncidentDocument incident, IncidentChangeDocument change) => Writer.Change(Settings(format), incident, change);

    private JsonElement Single(MessageFormat format, IncidentDocument incident, IncidentChangeDocument change) => JsonDocument.Parse(Body(format, incident, change)).RootElement;
}

/// <summary>A server that knows where people reach it.</summary>
public sealed class PublicServer : IAsyncLifetime
{
    internal RunningServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RunningServer.Start("Webhooks:PublicUrl=https://status.example/");

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
