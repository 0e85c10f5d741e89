using System.CommandLine;
using System.CommandLine.Invocation;
using Aggregator.Simulator;

var parsed = new RootCommand("A crowd in a box: it reports to an aggregator over HTTP, and says what the aggregator made of it.")
{
    SendCommand.Create(),
    ReplayCommand.Create(),
    LoadCommand.Create(),
    DayCommand.Create(),
    ScoreCommand.Create(),
    SetCommand.Create(),
    DelaysCommand.Create(),
    ClusterCommand.Create(),
}.Parse(args);

// A wrong argument is told in one line; --help has the rest.
if (parsed.Action is ParseErrorAction error) error.ShowHelp = false;

// A cluster takes its time to stop.
return await parsed.InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
