using System.Net.Http.Headers;
using System.Reflection;
using Aggregator.Grains;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Aggregator.Server.Tests;

/// <summary>Every route with hostile values of everything that it reads: the answer is a success, a redirection or a refusal, and the log stays free of errors.</summary>
/// <remarks>
/// What the API reads is taken from its own document, and what the pages read from the server's routes and their handlers, so a new route is tried without
/// anybody thinking of it. Requests that are no HTTP are <see cref="FuzzTests"/>' affair.
/// </remarks>
public sealed class HostileRequestsTests
{
    private const int AtOnce = 8;
    private const int FaultsTold = 20;
    private const int Attempts = 5;
    private const int RoutesPerValue = 48;
    private const string OneAtOnce = "/v1/backup";
    private static readonly HttpLimits NobodyIsToldToWait = new() { BulkAtOnce = AtOnce, HistoriesAtOnce = AtOnce, ExportsAtOnce = AtOnce };
    private static readonly string[] Methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
    private static readonly TimeSpan AnsweredWithin = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task No_value_of_anything_that_a_route_reads_breaks_it_or_writes_an_error()
    {
        using var log = new ErrorLog(LogLevel.Error);
        await using var server = await RunningServer.Start(log, NobodyIsToldToWait, [.. RunningServer.BelievingProxies, "Regions:Header=CF-IPCountry"]);
        await using var walk = await Walk.Begin(server);
        var described = Described.In(await server.Get("/openapi/v1.json"));
        Assert.InRange(described.Count, 30, 200);
        var pages = Page.Of(server, described).ToList();
        Assert.Contains(pages, page => page.Path == "/incidents/{year}/{month}/{day}");
        Assert.Contains(pages, page => page.Path == "/operate/services/{service}/edit");

        await Parallel.ForEachAsync(
            described.SelectMany(walk.RequestsTo).Concat(pages.SelectMany(walk.RequestsTo)), new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (request, _) => await walk.Send(request));

        Assert.True(walk.Faults.Count == 0, string.Join('\n', walk.Faults.Take(FaultsTold)));
        Assert.True(log.Lines.Count == 0, string.Join('\n', log.Lines.Take(FaultsTold)));
        Assert.InRange(walk.Sent, 5_000, int.MaxValue);
        TestContext.Current.SendDiagnosticMessage($"{walk.Sent} requests");
    }

    /// <summary>An operation of the API as its document says it.</summary>
    private sealed record Described(string Method, string Path, string[] Segments, string[] Query, string[] Headers, string? MediaType, string[] Fields)
    {
        public static List<Described> In(JsonElement document) =>
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               let parameters = operation.Value.TryGetProperty("parameters", out var all) ? all.EnumerateArray().ToLookup(one => one.Text("in"), one => one.Text("name")!) : null
               let content = operation.Value.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").EnumerateObject().First() : (JsonProperty?)null
               select new Described(
                   operation.Name.ToUpperInvariant(), path.Name, [.. parameters?["path"] ?? []], [.. parameters?["query"] ?? []], [.. parameters?["header"] ?? []],
                   content?.Name, content is { } described ? FieldsOf(described.Value.GetProperty("schema"), document) : []),
        ];

        private static string[] FieldsOf(JsonElement schema, JsonElement document)
        {
            if (schema.TryGetProperty("$ref", out var reference)) schema = document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
            if (schema.TryGetProperty("items", out var items)) return FieldsOf(items, document);
            return schema.TryGetProperty("properties", out var properties) ? properties.Names() : [];
        }
    }

    /// <summary>A page: what is not described, with the query that its handler's arguments are taken from.</summary>
    private sealed record Page(string Method, string Path, string[] Segments, string[] Query)
    {
        public static IEnumerable<Page> Of(RunningServer server, List<Described> described) =>
            from door in Doors.Of(server)
            let pattern = ((RouteEndpoint)door.Endpoint).RoutePattern
            let segments = pattern.Parameters.Select(parameter => parameter.Name).ToArray()
            let path = "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
            {
                Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
                Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
                _ => "",
            }))))
            where described.All(one => one.Path.TrimEnd('/') != path.TrimEnd('/')) && !path.StartsWith("/assets", StringComparison.Ordinal)
            select new Page(door.Method, path, segments, [.. QueryOf(door.Endpoint.Metadata.GetMetadata<MethodInfo>()).Except(segments)]);

        private static IEnumerable<string> QueryOf(MethodInfo? handler) =>
            handler?.GetParameters().Where(parameter => parameter.ParameterType == typeof(string) || parameter.ParameterType.IsValueType).Select(parameter => parameter.Name!) ?? [];
    }

    private sealed record Request(string Method, string Address, (string Name, string Value)? Header = null, byte[]? Body = null, string? MediaType = null);

    private sealed class Walk(RunningServer server, HttpClient client, FormClient session, string token, Dictionary<string, string> benign) : IAsyncDisposable
    {
        private readonly List<string> _faults = [];
        private int _sent, _routes;

        public List<string> Faults => _faults;

        public int Sent => _sent;

        public static async Task<Walk> Begin(RunningServer server)
        {
            var service = await server.NewService();
            var incident = Incidents.Of(service, RunningServer.Now.AddHours(-1), "US");
            await server.Get<IncidentStore>().Put(incident);
            await server.Report(service, new { region = "US", comment = "not a thing works" }).Json(HttpStatusCode.Accepted);
            var session = await FormClient.SignedIn(server);
            var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1 })
            {
                BaseAddress = server.Anybody.BaseAddress,
                Timeout = AnsweredWithin,
            };
            return new(server, client, session, await session.Token("/operate/services/add"), new()
            {
                ["service"] = service, ["region"] = "US", ["id"] = incident.Id, ["delivery"] = "none", ["year"] = "2026", ["month"] = "11", ["day"] = "22", ["documentName"] = "v1",
            });
        }

        public IEnumerable<Request> RequestsTo(Described route)
        {
            foreach (var method in Methods) yield return new(method, Address(route.Path));
            foreach (var request in Addresses(route.Method, route.Path, route.Segments, route.Query)) yield return request with { Body = Body(route, null), MediaType = route.MediaType };
            foreach (var header in route.Headers.SelectMany(name => HostileValues.All.Select(value => (name, value))).Concat(SomeHeaders()))
                yield return new(route.Method, Address(route.Path), header, Body(route, null), route.MediaType);

            foreach (var body in HostileValues.Bodies)
            {
                foreach (var method in Methods[3..]) yield return new(method, Address(route.Path), Body: body, MediaType: route.MediaType ?? "application/json");
            }

            if (route.MediaType is null) yield break;
            foreach (var type in HostileValues.MediaTypes) yield return new(route.Method, Address(route.Path), Body: Body(route, null), MediaType: type ?? "");
            foreach (var field in route.Fields.Append("no-such-field"))
            {
                foreach (var value in HostileValues.Json) yield return new(route.Method, Address(route.Path), Body: Body(route, (field, value)), MediaType: route.MediaType);
            }
        }

        public IEnumerable<Request> RequestsTo(Page page)
        {
            foreach (var method in Methods) yield return new(method, Address(page.Path));
            foreach (var request in Addresses(page.Method, page.Path, page.Segments, page.Query)) yield return request;
            foreach (var header in SomeHeaders()) yield return new(page.Method, Address(page.Path), header);

            if (page.Method != "POST") yield break;
            foreach (var body in HostileValues.Bodies) yield return new(page.Method, Address(page.Path), Body: body, MediaType: "application/x-www-form-urlencoded");
            foreach (var type in HostileValues.MediaTypes) yield return new(page.Method, Address(page.Path), Body: "a=b"u8.ToArray(), MediaType: type ?? "");
            foreach (var value in HostileValues.All.Where(value => value.Length < 1000)) yield return new(page.Method, Address(page.Path), Body: Form(value), MediaType: "application/x-www-form-urlencoded");
        }

        public async Task Send(Request request)
        {
            Interlocked.Increment(ref _sent);
            for (var attempt = 1; !await IsAnswered(request, isLast: attempt == Attempts); attempt++)
            {
                // The server has closed the connection after the request before: it was told a body that nobody reads, or one that is too large.
            }
        }

        private async Task<bool> IsAnswered(Request request, bool isLast)
        {
            try
            {
                using var message = Message(request);
                using var answer = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
                var status = (int)answer.StatusCode;
                if (status is < 200 or >= 500 && !(status == 503 && request.Address == OneAtOnce)) Fault(request, $"{status}: {await answer.Content.ReadAsStringAsync()}");
                else if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream") await answer.Content.CopyToAsync(Stream.Null);
                if (request.Method == "DELETE" || request.Address.EndsWith("/delete", StringComparison.Ordinal)) await Restore();
            }
            catch (HttpRequestException) when (!isLast)
            {
                return false;
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                Fault(request, error.Message);
            }

            return true;
        }

        public async ValueTask DisposeAsync()
        {
            client.Dispose();
            session.Dispose();
            await Task.CompletedTask;
        }

        /// <summary>Each header with some of the values, on each route with others.</summary>
        private IEnumerable<(string Name, string Value)> SomeHeaders()
        {
            var route = _routes++;
            return HostileValues.Headers.SelectMany(name => HostileValues.All.Where((_, number) => (number + route) % RoutesPerValue == 0).Select(value => (name, value)));
        }

        /// <summary>Some requests take away what the next ones ask for.</summary>
        private async Task Restore()
        {
            using var added = await server.Operator.PutAsJsonAsync($"/v1/services/{benign["service"]}", new { name = "Walked", category = "tests", symptoms = new[] { "app" } });
            Assert.True(added.IsSuccessStatusCode);
        }

        private void Fault(Request request, string what)
        {
            lock (_faults) _faults.Add($"{request.Method} {request.Address} {request.Header} {(request.Body is { } body ? Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(200, body.Length))) : "")} ({request.MediaType}) → {what}");
        }

        private IEnumerable<Request> Addresses(string method, string path, string[] segments, string[] query)
        {
            foreach (var segment in segments)
            {
                foreach (var value in HostileValues.All.Select(Uri.EscapeDataString).Concat(HostileValues.RawSegments)) yield return new(method, Address(path, segment, value));
            }

            foreach (var name in query)
            {
                foreach (var value in HostileValues.All) yield return new(method, $"{Address(path)}?{Required(query, name)}{name}={Uri.EscapeDataString(value)}");
                foreach (var value in HostileValues.RawSegments) yield return new(method, $"{Address(path)}?{name}={value}&{name}");
            }
        }

        private string Required(string[] query, string but) => string.Concat(query.Where(name => name != but && name is "service" or "region").Select(name => $"{name}={benign[name]}&"));

        private string Address(string path, string? hostile = null, string? value = null) =>
            benign.Aggregate(path, (filled, pair) => filled.Replace($"{{{pair.Key}}}", pair.Key == hostile ? value : pair.Value, StringComparison.Ordinal));

        /// <summary>A body of an operation, with one field that is hostile if one is named.</summary>
        private byte[]? Body(Described route, (string Name, string Value)? hostile)
        {
            if (route.MediaType is null) return null;
            var fields = route.Fields.ToDictionary(name => name, Benign);
            if (hostile is { } one) fields[one.Name] = one.Value;
            var text = $"{{{string.Join(',', fields.Where(field => field.Value.Length > 0).Select(field => $"\"{field.Key}\":{field.Value}"))}}}";
            return Encoding.UTF8.GetBytes(route.Path.EndsWith("downdetector", StringComparison.Ordinal) ? $"[{text}]" : text);
        }

        private string Benign(string field) => field switch
        {
            "service" => $"\"{benign["service"]}\"",
            "region" => "\"US\"",
            "symptoms" => "[\"app\"]",
            "name" or "category" or "text" => "\"a text\"",
            "url" => "\"https://192.0.2.1/hook\"",
            "from" or "at" or "point_in_time" => $"\"{RunningServer.Now.AddHours(-1).UtcDateTime:yyyy-MM-ddTHH:mm:00}Z\"",
            "interval" => "\"1m\"",
            "counts" => "[1,null,2]",
            "total" => "3",
            _ => "",
        };

        private byte[] Form(string value) => Encoding.ASCII.GetBytes($"token={Uri.EscapeDataString(token)}&" + string.Join('&', new[]
        {
            "service", "name", "category", "homepage", "symptoms", "comments", "aliases", "text", "source", "url", "services", "regions", "events", "format", "minLevel", "routingKey", "do", "delivery", "key", "symptom", "region", "comment",
        }.Select(name => $"{name}={Uri.EscapeDataString(value)}")));

        private HttpRequestMessage Message(Request request)
        {
            var message = new HttpRequestMessage(new(request.Method), new Uri(server.Anybody.BaseAddress + request.Address[1..], new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            if (request.Body is { } body)
            {
                message.Content = new ByteArrayContent(body);
                if (!string.IsNullOrEmpty(request.MediaType)) message.Content.Headers.TryAddWithoutValidation("Content-Type", request.MediaType);
            }

            var isOperate = request.Address.StartsWith("/operate", StringComparison.Ordinal);
            if (isOperate) message.Headers.TryAddWithoutValidation("Cookie", session.CookieHeader);
            else message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RunningServer.OperatorKey);
            message.Headers.TryAddWithoutValidation("Accept", isOperate ? "text/html" : "*/*");
            // Who tries many wrong keys is not listened to any more.
            if (request.Address.StartsWith("/operate/sign-in", StringComparison.Ordinal) || request.Header?.Name == "Authorization") message.Headers.TryAddWithoutValidation("X-Forwarded-For", RunningServer.NewAddress());
            if (request.Header is not { } header) return message;

            if (header.Name.StartsWith("Content-", StringComparison.Ordinal))
            {
                (message.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(header.Name, Sendable(header.Value));
                return message;
            }

            message.Headers.Remove(header.Name);
            message.Headers.TryAddWithoutValidation(header.Name, Sendable(header.Value));
            return message;
        }

        // What no client can put into a header: ends of lines, and what has no byte of its own.
        private static string Sendable(string value) => string.Concat(value.Where(letter => letter is not ('\r' or '\n' or '\0')).Select(letter => letter > 0xFF ? '\u00ff' : letter));
    }
}
