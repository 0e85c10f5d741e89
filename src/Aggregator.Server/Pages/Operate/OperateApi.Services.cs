using Aggregator.Domain;
using Aggregator.Server.Operate;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

internal static partial class OperateApi
{
    private const int ServicesAtMost = 200;

    private static void MapServices(RouteGroupBuilder pages)
    {
        pages.MapGet("/", ListServices);
        pages.MapGet("/add", () => ServiceForm(new(), isNew: true, FormFaults.None));
        pages.MapPost("/add", AddService);
        pages.MapGet("/{service}/edit", EditServiceForm);
        pages.MapPost("/{service}/edit", EditService);
        pages.MapGet("/{service}/delete", AskToDeleteService);
        pages.MapPost("/{service}/delete", DeleteService);
    }

    private static RazorComponentResult<OperateServicesPage> ListServices(Catalog catalog, SnapshotCache snapshots, string? q = null, string? done = null)
    {
        var found = Asked(q, catalog)
            .OrderBy(service => service.Name, StringComparer.OrdinalIgnoreCase).Take(ServicesAtMost + 1).ToList();
        return Page<OperateServicesPage>(
            (nameof(OperateServicesPage.Services), found.Take(ServicesAtMost).Select(service => (service, snapshots.Latest.LevelOf(service.Service))).ToList()),
            (nameof(OperateServicesPage.More), found.Count > ServicesAtMost), (nameof(OperateServicesPage.Query), q), (nameof(OperateServicesPage.Done), done));
    }

    private static IResult EditServiceForm(string service, Catalog catalog) =>
        Known(service, catalog) is { } known ? ServiceForm(ServiceFields.Of(known), isNew: false, FormFaults.None) : Missing(Problems.UnknownService(service));

    private static async Task<IResult> AddService(HttpContext http, Catalog catalog)
    {
        var fields = ServiceFields.Of(http.Request.Form, http.Request.Form["service"].ToString().Trim());

        // The API's PUT writes over what is there; who adds does not mean to.
        return Known(fields.Service, catalog) is null
            ? await WriteService(fields, isNew: true, catalog)
            : ServiceForm(fields, isNew: true, FormFaults.Of(Problems.Invalid("service", Wording.Say("operate.serviceIsThere", ("service", fields.Service)))));
    }

    private static async Task<IResult> EditService(string service, HttpContext http, Catalog catalog) =>
        Known(service, catalog) is null ? Missing(Problems.UnknownService(service)) : await WriteService(ServiceFields.Of(http.Request.Form, service), isNew: false, catalog);

    private static async Task<IResult> WriteService(ServiceFields fields, bool isNew, Catalog catalog) =>
        (await CatalogApi.WriteService(fields.Service, fields.Read(), catalog)).Result is ProblemHttpResult problem
            ? ServiceForm(fields, isNew, FormFaults.Of(problem))
            : Done("/services", isNew ? "added" : "saved");

    private static IResult AskToDeleteService(string service, Catalog catalog) => Known(service, catalog) is not { } known
        ? Missing(Problems.UnknownService(service))
        : Ask("Services", Wording.Say("operate.delete.service", ("name", known.Name)), Sentences.All["operate.delete.service.means"], $"/services/{known.Service}/delete", "/services");

    private static async Task<IResult> DeleteService(string service, Catalog catalog) =>
        (await CatalogApi.RemoveService(service, catalog)).Result is ProblemHttpResult problem ? Missing(problem) : Done("/services", "deleted");

    private static RazorComponentResult<OperateServicePage> ServiceForm(ServiceFields fields, bool isNew, FormFaults faults) => Page<OperateServicePage>(
        faults.Status, (nameof(OperateServicePage.Fields), fields), (nameof(OperateServicePage.IsNew), isNew), (nameof(OperateServicePage.Faults), faults));

    /// <param name="action">Where the answer is posted.</param>
    private static RazorComponentResult<OperateDeletePage> Ask(string room, string question, string means, string action, string back) => Page<OperateDeletePage>(
        (nameof(OperateDeletePage.Room), room), (nameof(OperateDeletePage.Question), question), (nameof(OperateDeletePage.Means), means), (nameof(OperateDeletePage.Action), Root + action), (nameof(OperateDeletePage.Back), Root + back));

    private static IEnumerable<CatalogService> Asked(string? q, Catalog catalog) => string.IsNullOrWhiteSpace(q) ? catalog.Services : ServiceSearch.Matching(catalog.Services, q).Select(match => match.Service);

    private static CatalogService? Known(string service, Catalog catalog) => ServiceKey.TryParse(service, out var key) ? catalog.Find(key) : null;
}

/// <summary>A service as the form has it.</summary>
public sealed record ServiceFields(string Service = "", string Name = "", string Category = "", string Homepage = "", string Symptoms = "app website login", bool ShowsComments = false, string Aliases = "")
{
    private static readonly char[] BetweenAliases = [',', '\r', '\n'];

    public static ServiceFields Of(CatalogService service) => new(
        service.Service, service.Name, service.Category, service.Homepage ?? "", string.Join(' ', service.Symptoms.Where(symptom => symptom != SymptomKey.Other.Value)), service.ShowsComments, string.Join(", ", service.Aliases));

    public static ServiceFields Of(IFormCollection form, string service) => new(
        service, form["name"].ToString(), form["category"].ToString(), form["homepage"].ToString().Trim(), form["symptoms"].ToString(), form["comments"] == "shown", form["aliases"].ToString());

    // The form leaves out "other", which is always there; a service may have nothing else.
    public PutService Read() => new(Name, Category, Homepage.Length == 0 ? null : Homepage, [.. Words.In(Symptoms), SymptomKey.Other.Value], ShowsComments, Aliases.Split(BetweenAliases, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}

/// <summary>Several names in one field.</summary>
internal static class Words
{
    private static readonly char[] Between = [' ', ',', ';', '\t', '\r', '\n'];

    public static string[] In(string? text) => (text ?? "").Split(Between, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
