using System.Security.Claims;
using Aggregator.Grains;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;

namespace Aggregator.Server;

/// <summary>An operator at a browser: signed in with a key, and known by a cookie that opens the pages under <c>/operate</c> and nothing else.</summary>
/// <remarks>
/// The API is asked with the key itself: it never looks at the cookie, which browsers do not even send there, so no other site can make a browser use it.
/// Cookies and forms are sealed with keys that lie in the store as they are. A cookie also carries a mark of the operator's key:
/// who reads the store alone can make none, and a session ends with the key it was begun with.
/// </remarks>
internal static class OperatorSession
{
    public const string SchemeName = "OperatorSession";
    public const string Root = "/operate";
    public const string SignInPath = Root + "/sign-in";

    private const string MarkClaim = "mark";
    private static readonly TimeSpan Length = TimeSpan.FromHours(4);

    public static ClaimsPrincipal Begin(OperatorKey key) => key.Principal(SchemeName, new Claim(MarkClaim, key.Mark));

    public static void Apply(CookieAuthenticationOptions session)
    {
        Keep(session.Cookie, "aggregator-operator");
        (session.ExpireTimeSpan, session.SlidingExpiration) = (Length, true);
        session.Events.OnValidatePrincipal = EndWithItsKey;

        // A page that is only left open, and keeps itself current, is no operator at work.
        session.Events.OnCheckSlidingExpiration = context =>
        {
            context.ShouldRenew &= context.Request.Headers["Sec-Fetch-Dest"] is not ["empty"];
            return Task.CompletedTask;
        };
        session.Events.OnRedirectToLogin = context =>
        {
            var back = HttpMethods.IsGet(context.Request.Method) ? QueryString.Create("to", context.Request.Path + context.Request.QueryString) : default;
            context.Response.Redirect(SignInPath + back);
            return Task.CompletedTask;
        };
        session.Events.OnRedirectToAccessDenied = context => OperateApi.Forbid(context.HttpContext);
    }

    public static void Apply(AntiforgeryOptions forms)
    {
        Keep(forms.Cookie, "aggregator-form");
        (forms.FormFieldName, forms.HeaderName, forms.SuppressXFrameOptionsHeader) = ("token", null, true);
    }

    /// <summary>Cookies and forms outlive a restart, and are the same for all servers of a cluster.</summary>
    public static IServiceCollection AddSealing(this IServiceCollection services, ClusteringOptions cluster, StoreConnection store)
    {
        // It warns of each new key that it lies there as it is; the remark above says what that means.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error));
        services.AddDataProtection().SetApplicationName(cluster.Id).PersistKeysToStackExchangeRedis(() => store.Shared, new StoreKeys(store.Prefix).SealingKeys);
        return services;
    }

    private static void Keep(CookieBuilder cookie, string name) =>
        (cookie.Name, cookie.Path, cookie.HttpOnly, cookie.SameSite, cookie.SecurePolicy) = (name, Root, true, SameSiteMode.Strict, CookieSecurePolicy.SameAsRequest);

    // What the key may do is asked of the key, not of the cookie, which may be older.
    private static Task EndWithItsKey(CookieValidatePrincipalContext context)
    {
        var mark = context.Principal?.FindFirstValue(MarkClaim) ?? "";
        if (context.HttpContext.RequestServices.GetRequiredService<OperatorKeys>().FindByMark(mark) is { } key) context.ReplacePrincipal(Begin(key));
        else context.RejectPrincipal();
        return Task.CompletedTask;
    }
}
