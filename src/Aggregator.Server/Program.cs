using Aggregator.Server;

const int BadSettings = 78; // EX_CONFIG of sysexits.h: to start again would help nobody.
const int CannotStart = 1; // Later it may.

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
try
{
    var starting = new Starting(builder.Logging);
    await builder.AddAggregator();
    var app = builder.Build();
    app.MapAggregator();
    await starting.Run(app);
    return Environment.ExitCode;
}
catch (InvalidSettingsException faults)
{
    await Console.Error.WriteLineAsync(faults.Message);
    return BadSettings;
}
catch (CannotStartException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return CannotStart;
}
