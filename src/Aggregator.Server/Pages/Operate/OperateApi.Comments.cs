using System.Security.Cryptography;
using System.Text;
using Aggregator.Domain;
using Aggregator.Grains;
using Aggregator.Server.Operate;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

/// <summary>A comment, and what it is called in the address that takes it away.</summary>
public sealed record ListedComment(string Id, Comment Comment);

internal static partial class OperateApi
{
    private static void MapComments(RouteGroupBuilder pages)
    {
        pages.MapGet("/", ListCommented);
        pages.MapGet("/{service}", ListComments);
        var changing = pages.Changing();
        changing.MapGet("/{service}/{id}/delete", AskToDeleteComment);
        changing.MapPost("/{service}/{id}/delete", DeleteComment);
    }

    /// <summary>Services to read the comments of, those first that show them to everybody.</summary>
    private static RazorComponentResult<OperateCommentedPage> ListCommented(Catalog catalog, string? q = null)
    {
        var found = Asked(q, catalog).OrderByDescending(service => service.ShowsComments).ThenBy(service => service.Name, StringComparer.OrdinalIgnoreCase).Take(ServicesAtMost + 1).ToList();
        return Page<OperateCommentedPage>(
            (nameof(OperateCommentedPage.Services), found.Take(ServicesAtMost).ToList()), (nameof(OperateCommentedPage.More), found.Count > ServicesAtMost), (nameof(OperateCommentedPage.Query), q));
    }

    private static async Task<IResult> ListComments(string service, Catalog catalog, ReportStore store, TimeProvider clock, string? done = null)
    {
        if (Known(service, catalog) is not { } known) return Missing(Problems.UnknownService(service));

        var comments = await store.ReadComments(ServiceKey.Parse(known.Service));
        return Page<OperateCommentsPage>(
            (nameof(OperateCommentsPage.Service), known), (nameof(OperateCommentsPage.Comments), comments.Select(Listed).OfType<ListedComment>().ToList()),
            (nameof(OperateCommentsPage.Names), catalog.Regions.ToDictionary(region => region.Region, region => region.Name)), (nameof(OperateCommentsPage.Now), clock.GetUtcNow()), (nameof(OperateCommentsPage.Done), done));
    }

    private static async Task<IResult> AskToDeleteComment(string service, string id, Catalog catalog, ReportStore store) => await Kept(service, id, catalog, store) is not { } kept
        ? Fault(StatusCodes.Status404NotFound, "operate.noComment")
        : Ask("Comments", Sentences.All["operate.delete.comment"], Wording.Say("operate.delete.comment.means", ("text", CommentJson.Read(kept)?.Text ?? "")), $"/comments/{service}/{id}/delete", $"/comments/{service}");

    private static async Task<IResult> DeleteComment(string service, string id, Catalog catalog, ReportStore store)
    {
        if (await Kept(service, id, catalog, store) is not { } kept) return Fault(StatusCodes.Status404NotFound, "operate.noComment");

        await store.RemoveComment(ServiceKey.Parse(service), kept);
        return Done($"/comments/{service}", "deleted");
    }

    private static async Task<string?> Kept(string service, string id, Catalog catalog, ReportStore store) =>
        Known(service, catalog) is { } known ? (await store.ReadComments(ServiceKey.Parse(known.Service))).Find(kept => IdOf(kept) == id) : null;

    private static ListedComment? Listed(string kept) => CommentJson.Read(kept) is { } comment ? new(IdOf(kept), comment) : null;

    // Comments have no name of their own.
    private static string IdOf(string kept) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(kept)).AsSpan(0, 8));
}
