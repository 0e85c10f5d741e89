using Aggregator.Benchmarks;

// Children are ended before the program is, on Ctrl-C too.
return await MicroCommand.Create(LoadCommand.Create(), MemoryCommand.Create(), NoOpEndpoint.Command(), NaiveEndpoint.Command())
    .Parse(args)
    .InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
