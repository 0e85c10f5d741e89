using Aggregator.Server;

var builder = WebApplication.CreateBuilder(args);
await builder.AddAggregator();

var app = builder.Build();
app.MapAggregator();

await app.RunAsync();
