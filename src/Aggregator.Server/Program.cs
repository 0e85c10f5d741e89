using Aggregator.Server;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
await builder.AddAggregator();

var app = builder.Build();
app.MapAggregator();

await app.RunAsync();
