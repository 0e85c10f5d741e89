namespace Aggregator.Server.Tests;

/// <summary>What a sender hears.</summary>
internal enum Heard
{
    /// <summary>What became of what was sent.</summary>
    Outcome,

    /// <summary>It was not taken, for certain: nobody was there to take it, or too many were waiting.</summary>
    Refused,

    /// <summary>Nothing, or that the store did not answer: it may be in the store or not, or come into it later.</summary>
    Nothing,
}

/// <summary>Sends as somebody who knows that an answer can be lost.</summary>
internal static class Answer
{
    /// <summary>Sends a request; any answer but the expected one and 503 fails the test.</summary>
    public static async Task<(Heard Heard, JsonElement Answer)> To(HttpClient http, HttpRequestMessage request, HttpStatusCode expected)
    {
        try
        {
            using var answer = await http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == expected || answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{(int)answer.StatusCode}: {text}");
            using var json = JsonDocument.Parse(text);
            if (answer.StatusCode == expected) return (Heard.Outcome, json.RootElement.Clone());
            return (json.RootElement.GetProperty("type").GetString() == "urn:aggregator:too-busy" ? Heard.Refused : Heard.Nothing, default);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConnectionError)
        {
            // There was no connection, so nothing was sent.
            return (Heard.Refused, default);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
        {
            return (Heard.Nothing, default);
        }
    }
}
