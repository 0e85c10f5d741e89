using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

/// <summary>A service as the operator writes it.</summary>
/// <param name="Name">As people write it, 1 to 100 characters.</param>
/// <param name="Category">1 to 100 characters.</param>
/// <param name="Homepage">An http or https address, or nothing.</param>
/// <param name="Symptoms">At most 20 symptom keys; <c>other</c> is always one of them.</param>
/// <param name="ShowsComments">Whether everybody may read what reporters write; absent: operators alone.</param>
/// <param name="Aliases">Other names that people search for it by: at most 20 of 1 to 60 characters.</param>
public sealed record PutService(string? Name, string? Category, string? Homepage, IReadOnlyList<string?>? Symptoms, bool ShowsComments = false, IReadOnlyList<string?>? Aliases = null);

/// <summary>A region as the operator writes it.</summary>
public sealed record PutRegion(string? Name);

/// <summary>All regions by name.</summary>
public sealed record RegionsCatalogAnswer(IReadOnlyList<CatalogRegion> Regions);

internal static class CatalogApi
{
    private const int NameAtMost = 100;
    private const int SymptomsAtMost = 20;
    private const int AliasesAtMost = 20, AliasAtMost = 60;

    extension(IEndpointRouteBuilder routes)
    {
        public void MapCatalog()
        {
            var catalog = routes.MapGroup("/v1").WithTags("Catalog");
            catalog.MapGet("/regions", ListRegions).Produces<RegionsCatalogAnswer>();
            catalog.MapPut("/regions/{region}", WriteRegion).RequireScope(OperatorScopes.Operate);
            catalog.MapDelete("/regions/{region}", RemoveRegion).RequireScope(OperatorScopes.Operate);
            catalog.MapPut("/services/{service}", WriteService).RequireScope(OperatorScopes.Operate);
            catalog.MapDelete("/services/{service}", RemoveService).RequireScope(OperatorScopes.Operate);
            catalog.MapDelete("/services/{service}/history", RemoveHistory).RequireScope(OperatorScopes.Operate).Produces(204).ProducesProblem(404).ProducesProblem(409);
        }
    }

    /// <summary>The regions that can be reported from.</summary>
    internal static CachedJson<RegionsCatalogAnswer> ListRegions(Catalog catalog)
    {
        var answer = new RegionsCatalogAnswer([.. catalog.Regions.OrderBy(region => region.Name, StringComparer.Ordinal)]);
        return CachedJson.Of(answer, answer);
    }

    /// <summary>Adds a region of the operator's own, or renames one.</summary>
    internal static async Task<Results<Ok<CatalogRegion>, Created<CatalogRegion>, ProblemHttpResult>> WriteRegion(string region, PutRegion body, Catalog catalog)
    {
        var faults = new Dictionary<string, string>();
        if (!RegionCode.TryParse(region, out var code) || code.IsAll) faults["region"] = $"'{region}' is not a region code: 1 to 16 upper-case letters, digits and dashes; ALL is taken.";
        CheckText(faults, "name", body.Name);
        if (faults.Count > 0) return Problems.Invalid(faults);

        var written = new CatalogRegion(code.Value, body.Name!.Trim());
        return await catalog.Put(written) ? TypedResults.Created($"/v1/regions/{code}", written) : TypedResults.Ok(written);
    }

    /// <summary>Takes a region of the operator's own away; ISO regions stay.</summary>
    internal static async Task<Results<NoContent, ProblemHttpResult>> RemoveRegion(string region, Catalog catalog) =>
        RegionCode.TryParse(region, out var code) && await catalog.Delete(code) ? TypedResults.NoContent() : Problems.UnknownRegion(region);

    /// <summary>Adds a service, or changes it.</summary>
    internal static async Task<Results<Ok<CatalogService>, Created<CatalogService>, ProblemHttpResult>> WriteService(string service, PutService body, Catalog catalog)
    {
        var faults = Problems.InvalidService(service);
        CheckText(faults, "name", body.Name);
        CheckText(faults, "category", body.Category);
        if (body.Homepage is not null && !WebAddress.IsOne(body.Homepage)) faults["homepage"] = $"'homepage' is {WebAddress.Rule}.";
        if (body.Symptoms is null || body.Symptoms.Count is 0 or > SymptomsAtMost || body.Symptoms.Any(symptom => !SymptomKey.TryParse(symptom, out _)))
            faults["symptoms"] = $"'symptoms' lists 1 to {SymptomsAtMost} keys of 1 to 32 lower-case letters, digits and - + _ .";
        if (body.Aliases is { } aliases && (aliases.Count > AliasesAtMost || !aliases.All(IsAlias)))
            faults["aliases"] = $"'aliases' lists at most {AliasesAtMost} names of 1 to {AliasAtMost} characters, {XmlText.Rule}.";
        if (faults.Count > 0) return Problems.Invalid(faults);

        var written = new CatalogService(
            service, body.Name!.Trim(), body.Category!.Trim(), body.Homepage, [.. body.Symptoms!.Append(SymptomKey.Other.Value).Distinct()!], body.ShowsComments,
            [.. (body.Aliases ?? []).Select(alias => alias!.Trim()).Distinct(StringComparer.OrdinalIgnoreCase)]);
        return await catalog.Put(written) ? TypedResults.Created($"/v1/services/{service}", written) : TypedResults.Ok(written);
    }

    /// <summary>Takes a service away: it can no longer be reported on or read; its counts expire by themselves, the rest can be deleted with its history.</summary>
    internal static async Task<Results<NoContent, ProblemHttpResult>> RemoveService(string service, Catalog catalog) =>
        ServiceKey.TryParse(service, out var key) && await catalog.Delete(key) ? TypedResults.NoContent() : Problems.UnknownService(service);

    /// <summary>Deletes for good all that is kept of a service that was taken away: counts, what is usual, incidents, comments. What subscribers were told stays in their logs.</summary>
    internal static async Task<Results<NoContent, ProblemHttpResult>> RemoveHistory(string service, Catalog catalog, ServiceHistory history)
    {
        if (!ServiceKey.TryParse(service, out var key)) return Problems.NothingKept(service);
        if (catalog.Find(key) is not null) return Problems.StillInCatalog(service);

        return await history.Forget(key) switch
        {
            ForgetOutcome.NothingKnown => Problems.NothingKept(service),
            ForgetOutcome.InTrouble => Problems.InTrouble(service),
            _ => TypedResults.NoContent(),
        };
    }

    private static bool IsAlias(string? alias) => !string.IsNullOrWhiteSpace(alias) && alias.Trim().Length <= AliasAtMost && XmlText.IsLine(alias);

    private static void CheckText(Dictionary<string, string> faults, string field, string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > NameAtMost || !XmlText.IsLine(text.Trim()))
            faults[field] = $"'{field}' is a text of 1 to {NameAtMost} characters, {XmlText.Rule}.";
    }
}
