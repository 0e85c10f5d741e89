using Aggregator.Server.Operate;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

internal static partial class OperateApi
{
    private static RazorComponentResult<OperateSignInPage> SignInForm(string? to, FormFaults faults) => Page<OperateSignInPage>(faults.Status, (nameof(OperateSignInPage.To), to), (nameof(OperateSignInPage.Faults), faults));

    private static async Task<IResult> SignIn(HttpContext http, OperatorKeys keys, KeyAttempts attempts, string? to = null)
    {
        if (attempts.WaitAtThePage(http) is { Ticks: > 0 } wait) return TooMany(http, to, wait);

        var sent = http.Request.Form["key"].ToString().Trim();
        if (keys.Find(sent) is not { } key)
        {
            return attempts.Wrong(http, sent) is { Ticks: > 0 } rest ? TooMany(http, to, rest) : SignInForm(to, FormFaults.Of(Sentences.All["operate.wrongKey"], StatusCodes.Status403Forbidden));
        }

        if (!key.May(OperatorScopes.ReadPrivate)) return SignInForm(to, FormFaults.Of(Wording.Say("operate.wrongScope", ("scope", OperatorScopes.ReadPrivate)), StatusCodes.Status403Forbidden));

        await http.SignInAsync(OperatorSession.SchemeName, OperatorSession.Begin(key));
        return TypedResults.LocalRedirect(IsOurs(to) ? $"~{to}" : $"~{Root}");
    }

    private static RazorComponentResult<OperateSignInPage> TooMany(HttpContext http, string? to, TimeSpan wait)
    {
        http.Response.Headers.RetryAfter = $"{Math.Ceiling(wait.TotalSeconds)}";
        return SignInForm(to, FormFaults.Of(Wording.Say("operate.tooMany", ("n", $"{Math.Ceiling(wait.TotalMinutes)}")), StatusCodes.Status429TooManyRequests));
    }

    private static async Task<IResult> SignOut(HttpContext http)
    {
        await http.SignOutAsync(OperatorSession.SchemeName);
        return TypedResults.LocalRedirect($"~{OperatorSession.SignInPath}");
    }

    // A link to the sign-in page may be anybody's: it leads to these pages and nowhere else.
    private static bool IsOurs(string? path) =>
        path?.StartsWith(Root, StringComparison.Ordinal) == true && path[Root.Length..] is "" or ['/' or '?', ..] && path!.All(letter => letter is > ' ' and < '\x7f' and not '\\');
}
