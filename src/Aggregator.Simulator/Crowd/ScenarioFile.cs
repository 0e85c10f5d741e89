using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>Finds, reads and checks scenarios; every fault is told, not only the first.</summary>
internal static class ScenarioFile
{
    /// <summary>The file of a path, or of the bare name of a scenario that ships with the simulator; null where there is neither.</summary>
    public static string? Find(string name)
    {
        if (File.Exists(name)) return name;
        var shipped = Path.Combine(AppContext.BaseDirectory, "scenarios", Path.ChangeExtension(name, ".json"));
        return Path.GetFileName(name) == name && File.Exists(shipped) ? shipped : null;
    }

    /// <exception cref="UsageException">The file is not a scenario; the message says all that is wrong with it.</exception>
    public static Scenario Read(string path) => Parse(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path));

    /// <exception cref="UsageException">The text is not a scenario; the message says all that is wrong with it.</exception>
    public static Scenario Parse(string name, string json)
    {
        try
        {
            var check = new Check(ScenarioText.Parse(json));
            var scenario = check.ToScenario(name);
            if (check.Faults.Count > 0) throw new UsageException($"The scenario '{name}' has faults:\n  {string.Join("\n  ", check.Faults)}");
            return scenario;
        }
        catch (JsonException wrong)
        {
            // Why the framework refuses it is said in type names, which say nothing to the writer of a scenario.
            var fault = wrong.Message switch
            {
                var message when message.Contains("could not be mapped", StringComparison.Ordinal) => "the format has no such word",
                var message when message.Contains("missing required properties", StringComparison.Ordinal) =>
                    $"words are missing: {message[(message.IndexOf("including:", StringComparison.Ordinal) + 11)..].Split(". Path:")[0].TrimEnd('.')}",
                var message when message.Contains("could not be converted", StringComparison.Ordinal) => "a value of another kind is expected",
                var message => message.Split(" Path:")[0],
            };
            throw new UsageException($"The scenario '{name}' cannot be read, line {wrong.LineNumber + 1}, at {wrong.Path}: {fault}.");
        }
    }

    private sealed class Check(ScenarioText text)
    {
        public List<string> Faults { get; } = [];

        public Scenario ToScenario(string name)
        {
            var day = DateOnly.TryParseExact(text.Date, "yyyy-MM-dd", out var date) ? date : Fault<DateOnly>($"date: '{text.Date}' is not a day such as 2025-03-10.");
            var (start, end) = (Moment("start", text.Start, day), Moment("end", text.End, day));
            if (end <= start) Fault<int>("end: it must be after start.");
            var history = Span("history", text.History);
            if (history > TimeSpan.FromDays(44)) Fault<int>("history: at most 44d; the aggregator keeps 45 days.");
            if (text.Everyday.Day.Length != 24 || text.Everyday.Day.Any(figure => figure <= 0)) Fault<int>("everyday.day: it takes 24 figures above 0, one per hour.");
            if (text.Everyday.Weekend <= 0) Fault<int>("everyday.weekend: it must be above 0.");
            if (text.Services.Count == 0) Fault<int>("services: there is none.");

            var everyday = new Everyday(text.Everyday.Day, text.Everyday.Weekend);
            return new(name, start, end, history,
                [.. text.Services.SelectMany(service => SeriesOf(service.Key, service.Value, everyday))],
                [.. text.Services.SelectMany(service => service.Value.Waves.Select((wave, at) => WaveOf(service.Key, service.Value, wave, $"{service.Key}.waves[{at}]", day)))]);
        }

        private IEnumerable<Series> SeriesOf(string key, ServiceText service, Everyday everyday)
        {
            if (!ServiceKey.TryParse(key, out var serviceKey)) Fault<int>($"services: '{key}' is not a service key.");
            if (service.Symptoms.Count == 0 || service.Symptoms.Any(symptom => symptom.Value <= 0 || !SymptomKey.TryParse(symptom.Key, out _)))
                Fault<int>($"{key}.symptoms: at least one, in lower-case letters, digits and dashes, with a share above 0.");
            if (service.Regions.Count == 0) Fault<int>($"{key}.regions: there is none.");

            var (whole, sum) = (service.Symptoms.Values.Sum(), 0.0);
            var symptoms = service.Symptoms.Select(symptom => (symptom.Key, sum += symptom.Value / whole)).ToImmutableArray();
            foreach (var (code, region) in service.Regions)
            {
                if (!RegionCode.TryParse(code, out var regionCode) || regionCode.IsAll) Fault<int>($"{key}.regions: '{code}' is not a region to report from.");
                if (region.PerHour < 0) Fault<int>($"{key}.regions.{code}.perHour: it cannot be negative.");
                if (Math.Abs(region.UtcOffset) > 14) Fault<int>($"{key}.regions.{code}.utcOffset: hours from -14 to 14.");
                yield return new(new(serviceKey, regionCode), region.PerHour, TimeSpan.FromHours(Math.Clamp(region.UtcOffset, -14, 14)), everyday, symptoms);
            }
        }

        private Wave WaveOf(string key, ServiceText service, WaveText wave, string at, DateOnly day)
        {
            var level = 0.0;
            var phases = new List<Phase>();
            foreach (var phase in wave.Phases)
            {
                var length = Span($"{at}.phases", phase.For);
                if (phase.Curve is not ("linear" or "exponential")) Fault<int>($"{at}.phases: the curve '{phase.Curve}' is neither 'linear' nor 'exponential'.");
                if (phase.To < 0 || length <= TimeSpan.Zero) Fault<int>($"{at}.phases: 'to' cannot be negative, 'for' must be above 0.");
                if (phase.Curve == "exponential" && (phase.To <= 0 || level <= 0)) Fault<int>($"{at}.phases: an exponential needs a level above 0 at both ends.");
                phases.Add(new(length, level = phase.To, phase.Curve == "exponential"));
            }

            var onset = Moment($"{at}.onset", wave.Onset, day);
            if (phases.All(phase => phase.To <= 0)) Fault<int>($"{at}.phases: no phase rises above 0.");
            foreach (var (region, peak) in wave.Peaks)
            {
                if (!service.Regions.ContainsKey(region)) Fault<int>($"{at}.peak15m: '{region}' is not among the regions of {key}.");
                if (peak <= 0) Fault<int>($"{at}.peak15m.{region}: it must be above 0.");
            }

            // A shape of faulty phases would not compute; the scenario is refused anyway.
            var shape = new WaveShape(Faults.Count == 0 ? phases : []);
            return new(ServiceKey.TryParse(key, out var known) ? known : default, wave.Name, onset, shape,
                wave.Peaks.ToFrozenDictionary(peak => RegionCode.TryParse(peak.Key, out var region) ? region : default, peak => peak.Value));
        }

        private DateTimeOffset Moment(string word, string time, DateOnly day) =>
            Moments.TryParse(time, day, out DateTimeOffset moment) ? moment : Fault<DateTimeOffset>($"{word}: '{time}' is not a time such as 13:25 or 2025-03-10T13:25Z.");

        private TimeSpan Span(string word, string span) =>
            Moments.TryParse(span, out var parsed) ? parsed : Fault<TimeSpan>($"{word}: '{span}' is not a span such as 90s, 8m, 1h30m or 14d.");

        private T Fault<T>(string fault) where T : struct
        {
            Faults.Add(fault);
            return default;
        }
    }
}

/// <summary>Something the caller can put right: an argument, a file. The message is all there is to say.</summary>
internal sealed class UsageException(string message) : Exception(message);
