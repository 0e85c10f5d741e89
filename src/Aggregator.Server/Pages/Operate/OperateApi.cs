using Aggregator.Grains;
using Aggregator.Server.Operate;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Cors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

/// <summary>What an operator does at a browser: forms that post to the same code as the API, and pages that say what became of it.</summary>
internal static partial class OperateApi
{
    private const string Root = OperatorSession.Root;
    private const int FormAtMost = 64 * 1024;

    extension(IEndpointRouteBuilder routes)
    {
        public void MapOperate()
        {
            var anybody = routes.MapGroup(Root).ExcludeFromDescription()
                .WithMetadata(new RequestSizeLimit(FormAtMost), new DisableCorsAttribute()).AddEndpointFilter(Guard);
            anybody.MapGet("/sign-in", (string? to) => SignInForm(to, FormFaults.None));
            anybody.MapPost("/sign-in", SignIn);

            var pages = anybody.MapGroup("").RequireScope(OperatorScopes.ReadPrivate, OperatorSession.SchemeName);
            pages.MapPost("/sign-out", (Delegate)SignOut);
            pages.MapGet("/", Figures);
            MapServices(pages.MapGroup("/services"));
            MapSubscriptions(pages.MapGroup("/subscriptions"));
            MapNotes(pages.MapGroup("/incidents"));
            MapComments(pages.MapGroup("/comments"));
        }
    }

    /// <summary>Who is signed in with a key of another scope is told which is needed.</summary>
    public static Task Forbid(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return PagesApi.WantsPage(http.Request)
            ? Page<OperateFaultPage>(StatusCodes.Status403Forbidden, (nameof(OperateFaultPage.Sentence), Wording.Say("operate.wrongScope", ("scope", OperatorScopes.LackingFor(http) ?? "")))).ExecuteAsync(http)
            : Task.CompletedTask;
    }

    /// <summary>Whether who is signed in may change things, or may look alone.</summary>
    public static bool MayChange(HttpContext http) => http.User.HasClaim(OperatorScopes.Claim, OperatorScopes.Operate);

    private static RouteGroupBuilder Changing(this RouteGroupBuilder pages) => pages.MapGroup("").RequireScope(OperatorScopes.Operate, OperatorSession.SchemeName);

    /// <summary>Every form comes from our own page and carries the token that the page was given; what the store does not answer is said on a page.</summary>
    private static async ValueTask<object?> Guard(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;

        // A page that holds secrets and repeats what it was sent must not tell them by its length.
        http.Features.Get<IHttpsCompressionFeature>()?.Mode = HttpsCompressionMode.DoNotCompress;
        try
        {
            if (HttpMethods.IsPost(http.Request.Method) && await Refuse(http) is { } refusal) return refusal;
            return await next(context);
        }
        catch (Exception error) when (error is OrleansException || StoreFaults.Caused(error))
        {
            return Fault(StatusCodes.Status503ServiceUnavailable, "operate.noSight");
        }
    }

    private static async Task<IResult?> Refuse(HttpContext http)
    {
        if (PagesApi.IsFromElsewhere(http.Request) || !http.Request.HasFormContentType || await PagesApi.Read(http) is null)
            return Fault(StatusCodes.Status400BadRequest, "operate.forged");

        return await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http) ? null : Fault(StatusCodes.Status400BadRequest, "operate.forged");
    }

    private static RazorComponentResult<OperateFaultPage> Fault(int status, string sentence) => Page<OperateFaultPage>(status, (nameof(OperateFaultPage.Sentence), Sentences.All[sentence]));

    private static RazorComponentResult<OperateFaultPage> Missing(ProblemHttpResult problem) => Page<OperateFaultPage>(problem.StatusCode, (nameof(OperateFaultPage.Sentence), problem.ProblemDetails.Title));

    /// <summary>After a form: the browser asks for another page, so that a reload does not send the form again.</summary>
    /// <param name="done">The word of what was done; its sentence is <c>operate.done.word</c>.</param>
    private static RedirectHttpResult Done(string path, string done) => TypedResults.LocalRedirect($"~{Root}{path}?done={done}");

    private static RazorComponentResult<T> Page<T>(int status, params ReadOnlySpan<(string Name, object? Value)> parameters) where T : IComponent
    {
        var values = new Dictionary<string, object?>();
        foreach (var (name, value) in parameters) values[name] = value;
        return new(values) { StatusCode = status };
    }

    private static RazorComponentResult<T> Page<T>(params ReadOnlySpan<(string Name, object? Value)> parameters) where T : IComponent => Page<T>(StatusCodes.Status200OK, parameters);
}

/// <summary>What the API found wrong with a form, to be shown beside the fields.</summary>
public sealed class FormFaults
{
    private readonly IReadOnlyDictionary<string, string> _fields;

    private FormFaults(int status, string? sentence, IReadOnlyDictionary<string, string> fields) => (Status, Sentence, _fields) = (status, sentence, fields);

    public static FormFaults None { get; } = new(StatusCodes.Status200OK, null, new Dictionary<string, string>());

    public int Status { get; }

    /// <summary>The whole of it in a sentence; null where nothing is wrong.</summary>
    public string? Sentence { get; }

    public string? this[string field] => _fields.GetValueOrDefault(field);

    internal static FormFaults Of(ProblemHttpResult problem)
    {
        IReadOnlyDictionary<string, string[]> fields = problem.ProblemDetails.Extensions.TryGetValue("errors", out var errors) && errors is IReadOnlyDictionary<string, string[]> named ? named : new Dictionary<string, string[]>();
        return new(problem.StatusCode, $"{problem.ProblemDetails.Title}.", fields.ToDictionary(field => field.Key, field => string.Join(' ', field.Value)));
    }

    public static FormFaults Of(string sentence, int status) => new(status, sentence, new Dictionary<string, string>());
}
