using System.CommandLine;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary><c>cluster</c>: several servers and their Redis on this machine, as processes of their own.</summary>
internal static class ClusterCommand
{
    public static Command Create()
    {
        var silos = new Option<int>("--silos") { Description = "Servers that run grains only.", DefaultValueFactory = _ => 2 };
        var gateways = new Option<int>("--gateways") { Description = "Servers that serve HTTP only.", DefaultValueFactory = _ => 2 };
        var key = new Option<string?>("--key") { Description = "The operator key of all; default: a new one, which is told." };
        var data = new Option<string?>("--data") { Description = "A folder for what Redis keeps, found again by the next start; default: a new one, deleted at the end." };
        var server = new Option<string?>("--server") { Description = "The Aggregator.Server.dll to run; default: the one beside this program, or built from the sources around it." };
        var settings = new Argument<string[]>("settings") { Description = "Settings for every server, such as Reports:RatePerReporter=0.", Arity = ArgumentArity.ZeroOrMore };

        var command = new Command("cluster", "Starts a Redis, silos and gateways on loopback ports, shows their logs by name, and stops them all on Ctrl-C.") { silos, gateways, key, data, server, settings };
        command.SetAction((parsed, cancel) => Arguments.Guard(AnsiConsole.Console, async () =>
        {
            var plan = new ClusterPlan(
                Servers("--silos", parsed.GetValue(silos)), Servers("--gateways", parsed.GetValue(gateways)), parsed.GetValue(key), parsed.GetValue(data),
                [.. (parsed.GetValue(settings) ?? []).Select(Setting)]);
            return await new ClusterRun(plan, AnsiConsole.Console, TimeProvider.System).Run(parsed.GetValue(server), cancel);
        }));
        return command;
    }

    private static int Servers(string option, int number) => number is >= 1 and <= 16 ? number : throw new UsageException($"{option}: from 1 to 16.");

    private static string Setting(string text) =>
        text.Contains('=', StringComparison.Ordinal) ? text.TrimStart('-') : throw new UsageException($"'{text}' is not a setting such as Reports:RatePerReporter=0.");
}
