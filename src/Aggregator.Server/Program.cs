using Aggregator.Server;

const int BadSettings = 78; // EX_CONFIG of sysexits.h: to start again would help nobody.

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
try
{
    await builder.AddAggregator();
}
catch (InvalidSettingsException faults)
{
    await Console.Error.WriteLineAsync(faults.Message);
    return BadSettings;
}

var app = builder.Build();
app.MapAggregator();

await app.RunAsync();
return 0;
