namespace Aggregator.Server.Tests;

/// <summary>Reads answers, and says what was wrong with them.</summary>
internal static class Answers
{
    public static async Task<JsonElement> Json(this HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    public static async Task<JsonElement> Json(this Task<HttpResponseMessage> answering, HttpStatusCode status)
    {
        using var response = await answering;
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} instead of {(int)status}: {await response.Content.ReadAsStringAsync()}");
        return await response.Json();
    }

    /// <summary>A problem of RFC 9457 with the status and the word, and a fault for the field if one is named.</summary>
    public static async Task<JsonElement> Problem(this Task<HttpResponseMessage> answering, int status, string word, string? field = null)
    {
        using var response = await answering;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} instead of {status}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);

        var problem = await response.Json();
        Assert.Equal($"urn:aggregator:{word}", problem.Text("type"));
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEqual("", problem.Text("title"));
        Assert.NotEqual("", problem.Text("detail"));
        if (field is not null) Assert.Contains(field, problem.GetProperty("errors").Names());
        return problem;
    }

    public static string? Text(this JsonElement element, string name) => element.GetProperty(name).GetString();

    public static long Number(this JsonElement element, string name) => element.GetProperty(name).GetInt64();

    public static JsonElement[] List(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray()];

    public static string[] Names(this JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];
}
