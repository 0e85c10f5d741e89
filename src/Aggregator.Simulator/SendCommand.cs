using System.CommandLine;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary><c>send</c>: one report, as somebody affected would send it.</summary>
internal static class SendCommand
{
    public static Command Create()
    {
        var service = new Argument<string>("service") { Description = "The service that does not work, for example x." };
        var url = Arguments.Url();
        var region = new Option<string?>("--region") { Description = "Where you are, for example US." };
        var symptom = new Option<string?>("--symptom") { Description = "What does not work, for example login." };
        var comment = new Option<string?>("--comment") { Description = "A few words, at most 280 characters." };

        var command = new Command("send", "Sends one report and prints what became of it.") { service, url, region, symptom, comment };
        command.SetAction((parsed, cancel) => Arguments.Guard(AnsiConsole.Console, async () =>
        {
            using var http = Arguments.Http(parsed.GetRequiredValue(url), key: null);
            var report = new NewReport(parsed.GetValue(symptom), parsed.GetValue(region), parsed.GetValue(comment));
            var answer = await new AggregatorClient(http, TimeProvider.System).Report(parsed.GetRequiredValue(service), report, cancel);
            AnsiConsole.MarkupLineInterpolated($"[bold]{answer.Outcome}[/]: {answer.Service} in {answer.Region}, {answer.Symptom}, bucket of {answer.Bucket.UtcDateTime:HH:mm:ss}");
            AnsiConsole.MarkupLineInterpolated($"level {answer.Level}: {answer.Reports15m:0} reports in 15 minutes where {answer.Expected15m:0.#} are usual");
            return 0;
        }));
        return command;
    }
}
