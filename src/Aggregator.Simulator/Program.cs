using System.CommandLine;
using Aggregator.Simulator;

return await new RootCommand("A crowd in a box: it reports to an aggregator over HTTP, and says what the aggregator made of it.")
{
    SendCommand.Create(),
    ReplayCommand.Create(),
}.Parse(args).InvokeAsync();
