using System.Collections.Immutable;
using CsCheck;

namespace Aggregator.Domain.Tests;

/// <summary>A subscription and its receiver, through any history of changes, answers, pauses, restarts and time, against what the receiver heard.</summary>
public class DeliveryScheduleProperties
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    /// <summary>What happens next; which incident or answer it is about is drawn with it.</summary>
    private enum Step { Change, HoldChange, TellHeld, Begin, Answer, Wait, Restart, Ping }

    private enum Answer { Ok, Redirect, BadRequest, Gone, TooMany, Unavailable, Timeout, ReadButTimeout }

    private static readonly Gen<(Step Step, int Of, Answer Answer, int Draw)> Steps = Gen.Select(
        Gen.Frequency(
            (8, Gen.Const(Step.Change)), (3, Gen.Const(Step.HoldChange)), (1, Gen.Const(Step.TellHeld)), (8, Gen.Const(Step.Begin)), (10, Gen.Const(Step.Answer)),
            (5, Gen.Const(Step.Wait)), (1, Gen.Const(Step.Restart)), (1, Gen.Const(Step.Ping))),
        Gen.Int[0, 3], Gen.Enum<Answer>(), Gen.Int[0, 999]);

    [Fact]
    public void What_a_receiver_accepted_last_of_an_incident_is_its_newest_state() => Gen.Select(Steps.Array[1, 150], Gen.Bool).Sample((steps, notesAssertState) =>
    {
        var trial = new Trial(notesAssertState);
        foreach (var (step, of, answer, draw) in steps) trial.Do(step, of, answer, draw);
        trial.RecoverAndExpectTheNewest();
    }, iter: 2000);

    /// <summary>A subscription as the grain runs it, and a receiver that writes down what it accepts.</summary>
    private sealed class Trial(bool notesAssertState)
    {
        private static readonly string[] Regions = ["US", "GB", "FR"];
        private readonly OutgoingState _state = new(notesAssertState);
        private readonly List<NotifiedChange>[] _stories = [[], [], [], []];
        private readonly Dictionary<string, List<NotifiedChange>> _accepted = [];
        private readonly Dictionary<string, string> _bodies = [];
        private readonly List<string> _onTheirWay = [];
        private readonly List<NotifiedChange> _held = [];
        private readonly HashSet<NotifiedChange> _offered = [];
        private DateTimeOffset _now = Noon;
        private DateTimeOffset _pausedUntil = Noon;
        private bool _active = true;
        private int _ids;

        private DeliverySchedule<Outgoing> Schedule => new(_state);

        public void Do(Step step, int of, Answer answer, int draw)
        {
            switch (step)
            {
                case Step.Change: Offer(Next(of, draw), hold: false); break;
                case Step.HoldChange: Offer(Next(of, draw), hold: true); break;
                case Step.TellHeld: TellHeld(); break;
                case Step.Begin: BeginAll(); break;
                case Step.Answer when _onTheirWay.Count > 0: End(_onTheirWay[of % _onTheirWay.Count], answer, draw); break;
                case Step.Wait: _now += TimeSpan.FromSeconds(Math.Pow(1.015, draw)); break;
                case Step.Restart: _onTheirWay.Clear(); break;
                case Step.Ping: Add($"ping{_ids++}", []); break;
            }
        }

        public void RecoverAndExpectTheNewest()
        {
            foreach (var id in _onTheirWay.ToList()) End(id, Answer.Ok, draw: 0);
            for (var i = 0; _held.Count > 0 || Schedule.NextAt(_active, []) is not null || !_active; i++)
            {
                Assert.True(i < 1000, "It goes on for ever.");
                TellHeld();
                if (!_active) Add($"ping{_ids++}", []);
                if (Schedule.NextAt(_active, []) is { } next && next > _now) _now = next;
                BeginAll();
                foreach (var id in _onTheirWay.ToList()) End(id, Answer.Ok, draw: 0);
            }

            Assert.DoesNotContain(_state.Told, incident => State(_accepted[incident]) is { Kind: ChangeKind.Resolved });
            foreach (var (incident, heard) in _accepted)
            {
                if (State(heard) is not { } last) continue;
                Assert.Equal(_offered.Where(change => change.Incident == incident && change.Kind != ChangeKind.Noted).MaxBy(change => change.Sequence), last);
            }
        }

        private static NotifiedChange? State(IEnumerable<NotifiedChange> story) => story.LastOrDefault(change => change.Kind != ChangeKind.Noted);

        /// <summary>A change that can follow what has happened to the incident.</summary>
        private NotifiedChange Next(int of, int draw)
        {
            var story = _stories[of];
            ChangeKind[] possible = State(story)?.Kind switch
            {
                null => [ChangeKind.Opened],
                ChangeKind.Resolved => [ChangeKind.Reopened, ChangeKind.Noted],
                _ => [ChangeKind.Resolved, ChangeKind.Spread, ChangeKind.Receded, ChangeKind.Resolved, ChangeKind.Noted],
            };
            var kind = possible[draw % possible.Length];
            var change = new NotifiedChange($"i{of}", story.Count + 1, kind, kind is ChangeKind.Resolved or ChangeKind.Noted ? [] : [Regions[draw % 3], Regions[draw / 7 % 3]]);
            story.Add(change);
            return change;
        }

        private void Offer(NotifiedChange change, bool hold)
        {
            var knows = Schedule.Knows(change.Incident) || _held.Exists(held => held.Incident == change.Incident);
            TellAgain(Schedule.Overtake(change), old => !old.IsOvertakenBy(change, notesAssertState));
            if (!_active && !knows) return;

            _offered.Add(change);
            if (hold && change.Kind != ChangeKind.Noted)
            {
                _held.Add(change);
                return;
            }

            // As in the grain: a change of an incident that is held joins what is held, but for its end and for notes.
            _held.RemoveAll(old => old.IsOvertakenBy(change, notesAssertState));
            if (change.Kind is not (ChangeKind.Resolved or ChangeKind.Noted) && _held.Exists(held => held.Incident == change.Incident)) _held.Add(change);
            else Add($"{change.Incident}-{change.Sequence}", [change]);
        }

        private void TellHeld()
        {
            if (_held.Count > 0) Add($"group{_ids++}", [.. _held]);
            _held.Clear();
        }

        private void TellAgain(IEnumerable<Outgoing> groups, Predicate<NotifiedChange> isStillToBeTold)
        {
            if (groups.SelectMany(group => group.Changes).Where(change => isStillToBeTold(change)).Distinct().ToImmutableArray() is { IsEmpty: false } left) Add($"again{_ids++}", left);
        }

        private void Add(string id, ImmutableArray<NotifiedChange> changes)
        {
            Assert.True(_bodies.TryAdd(id, string.Join(' ', changes)), "An id says one thing only.");
            Schedule.Add(new(id, changes, DeliveryState.Waiting, _now));
        }

        private void BeginAll()
        {
            foreach (var delivery in Schedule.Ready(_now, _active, _onTheirWay).Take(8 - _onTheirWay.Count).ToList())
            {
                Assert.Equal(_bodies[delivery.Id], string.Join(' ', delivery.Changes));
                Assert.True(delivery.Changes.IsEmpty || (_active && _now >= _pausedUntil), "It was sent although the receiver asked for a pause, or is told nothing.");
                Assert.DoesNotContain(delivery.Changes, change => IsUntrue(change));
                _onTheirWay.Add(delivery.Id);
            }
        }

        // What contradicted it may itself be contradicted by now; and a group tells what happened in order, so within it only the last word has to hold.
        private bool IsUntrue(NotifiedChange change) => _offered.Any(later => change.IsOvertakenBy(later, notesAssertState) && !IsOvertaken(later)
            && !_held.Contains(later) && !_state.Deliveries.Any(with => with.Changes.Contains(change) && with.Changes.Contains(later)));

        private bool IsOvertaken(NotifiedChange change) => _offered.Any(later => change.IsOvertakenBy(later, notesAssertState));

        private void End(string id, Answer answer, int draw)
        {
            _onTheirWay.Remove(id);
            var place = _state.Deliveries.FindIndex(delivery => delivery.Id == id);
            var delivery = _state.Deliveries[place];
            if (answer == Answer.Ok)
            {
                Hear(delivery);
                return;
            }

            _state.Deliveries[place] = delivery with { Failed = delivery.Failed + 1 };
            TimeSpan? asked = answer is Answer.TooMany or Answer.Unavailable && draw % 2 == 0 ? TimeSpan.FromSeconds(1 + draw) : null;
            if (_now + asked is { } until && until > _pausedUntil) _pausedUntil = until;
            Schedule.Failed(id, _now, draw / 1000.0, asked, isFinal: answer == Answer.Gone);
            if (answer == Answer.Gone) _active = false;
        }

        private void Hear(Outgoing delivery)
        {
            foreach (var change in delivery.Changes)
            {
                var heard = _accepted.TryGetValue(change.Incident, out var known) ? known : _accepted[change.Incident] = [];
                if (change.Kind != ChangeKind.Noted) Assert.All(heard.Where(before => before.Kind != ChangeKind.Noted), before => Assert.True(before.Sequence < change.Sequence, "Out of order."));
                heard.Add(change);
            }

            if (delivery.Changes.IsEmpty) _active = true;
            TellAgain(Schedule.Accepted(delivery.Id, _now), old => !delivery.Changes.Any(later => later.Incident == old.Incident && later.Sequence >= old.Sequence));
        }
    }
}
