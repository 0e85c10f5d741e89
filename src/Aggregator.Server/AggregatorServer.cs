using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aggregator.Grains;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Scalar.AspNetCore;
using IPNetwork = System.Net.IPNetwork;

namespace Aggregator.Server;

/// <summary>The whole server, to be started by its Program or by a test.</summary>
internal static class AggregatorServer
{
    private const string DefaultUrl = "http://localhost:5080";

    extension(WebApplicationBuilder builder)
    {
        /// <summary>Opens the store and registers everything. A server with a bad setting does not start, and says everything that is wrong.</summary>
        public async Task AddAggregator()
        {
            if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]) && builder.Configuration["HTTP_PORTS"] is null && builder.Configuration["HTTPS_PORTS"] is null)
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
            services.AddOptions<KestrelServerOptions>().Configure<HttpLimits>((kestrel, limits) => limits.Apply(kestrel));
            services.AddSingleton(Options.Create(store));
            services.AddSingleton(Options.Create(reports));
            services.AddSingleton(Options.Create(regions));
            services.AddSingleton(Options.Create(webhooks));
            services.AddAggregatorGrains();

            var opened = await StoreLifetime.Open(store, cluster, builder.Configuration);
            services.AddSingleton(opened.Connection);

            // The first to start is the last to stop: the store outlives the silo that writes to it.
            services.AddSingleton(opened).AddHostedService(_ => opened);
            builder.AddClustering(cluster, store, opened.Connection);

            services.AddSingleton(await OperatorKey.Find(operators, store, opened.Connection));
            services.AddProblemWriting().AddOperator().AddOutputCaching().AddHealth().AddOpenApi();
            services.AddResponseCompression(options => (options.EnableForHttps, options.MimeTypes) = (true, [.. ResponseCompressionDefaults.MimeTypes, ExportForms.Csv, ExportForms.Ndjson]));
            services.AddCors(cors => cors.AddDefaultPolicy(policy => policy.AllowAnyOrigin().WithMethods(HttpMethods.Get, HttpMethods.Head).WithExposedHeaders("ETag")));
            services.Configure<ForwardedHeadersOptions>(forwarded.Apply);
            services.ConfigureHttpJsonOptions(json =>
            {
                json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(allowIntegerValues: false));
                json.SerializerOptions.Converters.Add(new UtcJson());
                json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
                json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
            });
            services.AddRazorComponents();
            services.AddSealing(cluster, opened.Connection);
            builder.AddObservability();

            services.AddSingleton<ReportLimits>().AddSingleton<ReporterGate>().AddSingleton<ReportTaking>();
            services.AddSingleton<FrontReader>().AddSingleton<AssetAddresses>();
            services.AddSingleton<IncidentReader>().AddSingleton<ServiceReader>().AddSingleton<SeriesQueries>().AddSingleton<Unchanged>().AddSingleton<ExportStreams>();
            services.AddSingleton<SignInLimits>().AddHosted<IntakeFigures>();
            services.AddSingleton(Options.Create(cluster));
            services.AddSingleton<MessageWriter>().AddSingleton<IMessageWriter>(provider => provider.GetRequiredService<MessageWriter>());
            services.AddHostedService<SubscriptionKeeper>();
            services.AddHosted<Catalog>().AddHosted<RegionHints>().AddHosted<Intake>().AddHosted<SnapshotCache>().AddHosted<LiveFeed>();

            // A server that takes no reports says nothing about whether reports could be made.
            if (cluster.Role != ClusterRole.Silo) services.AddHostedService<OpenMarker>();
            if (cluster.Role != ClusterRole.Gateway) services.AddHostedService<MembershipWatch>();
        }
    }

    extension(WebApplication app)
    {
        /// <summary>Maps every route; of a silo, which serves no HTTP to others, only those for its operator's probes.</summary>
        public void MapAggregator()
        {
            app.UseForwardedHeaders();
            app.UseHeaders();
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
            app.MapPrometheusScrapingEndpoint();
            if (app.Services.GetRequiredService<IOptions<ClusteringOptions>>().Value.Role == ClusterRole.Silo) return;

            var limits = app.Services.GetRequiredService<HttpLimits>();

            app.Services.GetRequiredService<OperatorKey>().SayWhere(app.Logger);
            app.MapOpenApi();
            app.MapScalarApiReference("/docs");
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

/// <summary>Reads the settings that are needed before anything is registered, and gathers all that is wrong with them.</summary>
internal sealed class Settings(IConfiguration configuration)
{
    private readonly List<string> _faults = [];

    public T Read<T>(string section) where T : class, new()
    {
        var options = new T();
        try
        {
            configuration.GetSection(section).Bind(options);
        }
        catch (InvalidOperationException error)
        {
            _faults.Add($"{error.Message} ({error.InnerException?.Message})");
            return options;
        }

        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new(options), results, validateAllProperties: true);
        _faults.AddRange(results.Select(result => $"{section}:{string.Join(',', result.MemberNames)}: {result.ErrorMessage}"));
        return options;
    }

    public void Fault(string fault) => _faults.Add(fault);

    /// <exception cref="InvalidSettingsException">Something is wrong; the message says everything that is.</exception>
    public void ThrowIfFaulty()
    {
        if (_faults.Count > 0) throw new InvalidSettingsException(string.Join(Environment.NewLine, _faults));
    }
}

/// <summary>A server with these settings does not start.</summary>
internal sealed class InvalidSettingsException(string faults) : Exception($"These settings cannot be used:{Environment.NewLine}{faults}");

/// <summary>From whom forwarded headers are believed.</summary>
internal sealed class ForwardedOptions : IValidatableObject
{
    public const string Section = "ForwardedHeaders";

    /// <summary>The proxies in front of the server, as CIDR networks; from them, and only from them, <c>X-Forwarded-For</c> names the reporter. Default: none.</summary>
    public string[] KnownNetworks { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => KnownNetworks
        .Where(network => !IPNetwork.TryParse(network, out _))
        .Select(network => new ValidationResult($"'{network}' is not a network such as 10.0.0.0/8.", [nameof(KnownNetworks)]));

    public void Apply(ForwardedHeadersOptions options)
    {
        options.ForwardedHeaders = ForwardedHeaders.None;
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        if (KnownNetworks.Length == 0) return;

        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        options.ForwardLimit = null;
        foreach (var network in KnownNetworks) options.KnownIPNetworks.Add(IPNetwork.Parse(network));
    }
}
