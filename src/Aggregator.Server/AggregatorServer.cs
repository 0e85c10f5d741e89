using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aggregator.Grains;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Scalar.AspNetCore;

namespace Aggregator.Server;

/// <summary>The whole server, to be started by its Program or by a test.</summary>
internal static class AggregatorServer
{
    private const string DefaultUrl = "http://localhost:5080";

    /// <summary>The name that the framework gives to the only one.</summary>
    private const string OpenApiDocument = "v1";

    extension(WebApplicationBuilder builder)
    {
        /// <summary>Opens the store and registers everything. A server with a bad setting does not start, and says everything that is wrong.</summary>
        public async Task AddAggregator()
        {
            if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]) && builder.Configuration["HTTP_PORTS"] is null && builder.Configuration["HTTPS_PORTS"] is null
                && !builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
                builder.WebHost.UseUrls(DefaultUrl);
            builder.WebHost.UseStaticWebAssets();

            var services = builder.Services;
            var settings = new Settings(builder.Configuration);
            var store = settings.Read<StoreOptions>(StoreOptions.Section);
            var cluster = settings.Read<ClusteringOptions>(ClusteringOptions.Section);
            var reports = settings.Read<ReportOptions>(ReportOptions.Section);
            var regions = settings.Read<RegionOptions>(RegionOptions.Section);
            var forwarded = settings.Read<ForwardedOptions>(ForwardedOptions.Section);
            var webhooks = settings.Read<WebhookOptions>(WebhookOptions.Section);
            var operators = settings.Read<OperatorOptions>(OperatorOptions.Section);
            if (cluster.Role != ClusterRole.All && store.Mode == StoreMode.Embedded)
                settings.Fault($"{ClusteringOptions.Section}:{nameof(cluster.Role)} is {cluster.Role}; servers of several roles meet in a Redis: set {StoreOptions.Section}:{nameof(store.Mode)}=Redis.");
            settings.ThrowIfFaulty();

            services.AddSingleton(TimeProvider.System);
            services.TryAddSingleton<HttpLimits>();
            services.AddSingleton<ConnectionDrain>();
            services.AddOptions<KestrelServerOptions>().Configure<HttpLimits, ConnectionDrain>((kestrel, limits, drain) =>
            {
                limits.Apply(kestrel);
                kestrel.ConfigureEndpointDefaults(listen => listen.Use(drain.Watch));
            });
            services.Configure<HostOptions>(host => host.ShutdownTimeout = Starting.StopsWithin);
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13));
            services.AddSingleton(Options.Create(store));
            services.AddSingleton(Options.Create(reports));
            services.AddSingleton(Options.Create(regions));
            services.AddSingleton(Options.Create(webhooks));
            services.AddAggregatorGrains();

            var opened = await StoreLifetime.Open(store, cluster, builder.Configuration);
            services.AddSingleton(opened.Connection);

            // The first to start is the last to stop: the store outlives the silo that writes to it.
            services.AddSingleton(opened).AddHostedService(_ => opened).AddHostedService<EmbeddedStoreWatch>();
            services.AddHosted<StoreWatch>();
            builder.AddClustering(cluster, store, opened.Connection);

            services.AddOperator(await OperatorKeys.Open(operators, store, opened.Connection));
            services.AddSingleton(Options.Create(operators));
            services.AddProblemWriting().AddOutputCaching().AddHealth().AddOpenApi();
            services.Configure<OpenApiOptions>(OpenApiDocument, OperatorScopes.Describe);
            services.Configure<OpenApiOptions>(OpenApiDocument, RouteParameterDeclaring.Describe);
            services.AddResponseCompression(options => (options.EnableForHttps, options.MimeTypes) = (true, [.. ResponseCompressionDefaults.MimeTypes, ExportForms.Csv, ExportForms.Ndjson]));
            services.AddCors(cors => cors.AddDefaultPolicy(policy => policy.AllowAnyOrigin().WithMethods(HttpMethods.Get, HttpMethods.Head).WithExposedHeaders("ETag")));
            services.AddSingleton(Options.Create(forwarded)).AddSingleton<ProxyWatch>().AddSingleton<ClientAddress>();

            // ASPNETCORE_FORWARDEDHEADERS_ENABLED would have the framework believe everybody.
            services.Configure<ForwardedHeadersOptions>(framework => framework.ForwardedHeaders = ForwardedHeaders.None);
            services.ConfigureHttpJsonOptions(json =>
            {
                json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(allowIntegerValues: false));
                json.SerializerOptions.Converters.Add(new UtcJson());
                json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.Never;

                // A misspelt wish is refused, and so is one that is said twice: neither is guessed at.
                json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
                json.SerializerOptions.AllowDuplicateProperties = false;
                json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
            });
            services.AddRazorComponents();
            services.AddSealing(cluster, opened.Connection);
            builder.AddObservability();

            services.AddSingleton<ReportLimits>().AddSingleton<ReporterGate>().AddSingleton<ReportTaking>();
            services.AddSingleton<FrontReader>().AddSingleton<AssetAddresses>();
            services.AddSingleton<IncidentReader>().AddSingleton<ServiceReader>().AddSingleton<SeriesQueries>().AddSingleton<Unchanged>().AddSingleton<ExportStreams>();
            services.AddHosted<IntakeFigures>();
            services.AddSingleton(Options.Create(cluster));
            services.AddSingleton<MessageWriter>().AddSingleton<IMessageWriter>(provider => provider.GetRequiredService<MessageWriter>());
            services.AddHostedService<SubscriptionKeeper>();
            services.AddHosted<Catalog>().AddHosted<RegionHints>().AddHosted<Intake>().AddHosted<SnapshotCache>().AddHosted<LiveFeed>();

            // A server that takes no reports says nothing about whether reports could be made.
            services.AddSingleton<OpenMarker>();
            if (cluster.Role != ClusterRole.Silo) services.AddHostedService(provider => provider.GetRequiredService<OpenMarker>());
            if (cluster.Role != ClusterRole.Gateway) services.AddHostedService<MembershipWatch>();
        }
    }

    extension(WebApplication app)
    {
        /// <summary>Maps every route; of a silo, which serves no HTTP to others, only those for its operator's probes.</summary>
        public void MapAggregator()
        {
            var client = app.Services.GetRequiredService<ClientAddress>();
            app.Use((http, next) =>
            {
                client.Find(http);
                return next(http);
            });
            app.UseHeaders();
            app.UseRequestBodies();
            app.UseExceptionHandler();

            app.Use(app.Services.GetRequiredService<AssetAddresses>().Serve);

            // Reports are answered here, and pollers for whom nothing has changed; what follows is for everybody else.
            app.UseRouting();
            var unchanged = app.Services.GetRequiredService<Unchanged>();
            app.Use((http, next) => unchanged.TryAnswer(http) ? Task.CompletedTask : next(http));
            app.UseMissingPage();
            app.UseResponseCompression();
            app.UseCors();
            app.UseAuthentication();
            app.UseAuthorization();
            app.UseOutputCache();

            app.MapHealth();
            var metrics = app.MapPrometheusScrapingEndpoint();
            if (!app.Services.GetRequiredService<IOptions<OperatorOptions>>().Value.PublicMetrics) metrics.RequireScope(OperatorScopes.Metrics);
            var role = app.Services.GetRequiredService<IOptions<ClusteringOptions>>().Value.Role;
            app.Logger.SayVersion(role);
            if (role == ClusterRole.Silo) return;

            var limits = app.Services.GetRequiredService<HttpLimits>();

            app.Services.GetRequiredService<OperatorKeys>().SayWhere(app.Logger);
            app.MapOpenApi();
            app.MapScalarApiReference("/docs", docs =>
            {
                // Nothing of it comes from, or goes to, elsewhere.
                (docs.DefaultFonts, docs.Telemetry, docs.HideClientButton) = (false, false, true);
                docs.HideDeveloperTools().DisableAgent().DisableMcp();
            });
            app.MapReports();
            app.MapComments();
            app.AtMostAtOnce(limits.BulkAtOnce).MapBulk();
            var histories = app.AtMostAtOnce(limits.HistoriesAtOnce);
            histories.MapHistory();
            histories.MapDowndetector();
            app.MapServices();
            app.MapSpikes();
            app.MapIncidents();
            app.MapNotes();
            app.MapStream();
            app.MapArchive();
            app.AtMostAtOnce(limits.ExportsAtOnce).MapExports();
            app.AtMostAtOnce(requests: 1).MapBackup();
            app.MapSubscriptions();
            app.MapCatalog();
            app.MapPages();
            app.MapEmbeds();
            app.MapOperate();
        }
    }

    /// <summary>A background job that others also ask.</summary>
    private static IServiceCollection AddHosted<T>(this IServiceCollection services) where T : class, IHostedService =>
        services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());
}
