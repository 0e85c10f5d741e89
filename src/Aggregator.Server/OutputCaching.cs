namespace Aggregator.Server;

/// <summary>However many ask for the same, it is put together once a second.</summary>
internal static class OutputCaching
{
    public const string OneSecond = "one-second";

    /// <summary>The same for what comes in several forms at one address.</summary>
    public const string OneSecondByForm = "one-second-by-form";

    /// <summary>The same for a page that terminals get as text: two forms, however many ways there are to ask for them.</summary>
    public const string OneSecondByReader = "one-second-by-reader";

    public static IServiceCollection AddOutputCaching(this IServiceCollection services) => services.AddOutputCache(options =>
    {
        // us is not US: what is kept for one is no answer for the other.
        options.UseCaseSensitivePaths = true;
        options.SizeLimit = 64 * 1024 * 1024;
        options.AddPolicy(OneSecond, policy => policy.Expire(TimeSpan.FromMilliseconds(500)).SetVaryByQuery("*"));
        options.AddPolicy(OneSecondByForm, policy => policy.Expire(TimeSpan.FromMilliseconds(500)).SetVaryByQuery("*").SetVaryByHeader("Accept"));
        options.AddPolicy(OneSecondByReader, policy => policy.Expire(TimeSpan.FromMilliseconds(500)).SetVaryByQuery("*")
            .VaryByValue(http => KeyValuePair.Create("reader", PagesApi.WantsPage(http.Request) ? "person" : "terminal")));
    });
}
