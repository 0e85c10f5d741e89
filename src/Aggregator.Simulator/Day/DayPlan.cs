namespace Aggregator.Simulator;

/// <summary>All reports of a day, drawn from a seed whenever they are asked for and never kept.</summary>
/// <remarks>
/// The day is cut into parts, by service or by time; within a part the reports come in the order of time. Each part has dice of its own,
/// so it comes out the same whenever, and however often, it is drawn.
/// </remarks>
internal sealed class DayPlan
{
    private readonly DayOptions _options;
    private readonly Shares _regions;
    private readonly Lazy<Shares> _allServices;
    private readonly long[] _upTo; // of the whole day
    private readonly double[] _weightUpTo; // of the services before each, and of all

    public DayPlan(DayOptions options)
    {
        _options = options;
        _upTo = DayCourse.UpTo(options.Reports);
        _weightUpTo = new double[options.Services + 1];
        for (var i = 0; i < options.Services; i++) _weightUpTo[i + 1] = _weightUpTo[i] + Weight(i);
        _allServices = new(() => new([.. Enumerable.Range(0, options.Services).Select(Weight)]));
        _regions = new([.. DayCourse.Regions.Select(region => region.Part)]);
        var parts = (options.Reports + options.Lines - 1) / options.Lines;
        Parts = (int)(options.Order == DayOrder.Service ? Math.Min(parts, options.Services) : parts);
        Services = [.. Enumerable.Range(1, options.Services).Select(number => $"{options.Prefix}{number % DayOptions.MostServices:0000}")];
    }

    public int Parts { get; }

    public IReadOnlyList<string> Services { get; }

    public static IReadOnlyList<string> Regions { get; } = [.. DayCourse.Regions.Select(region => region.Region)];

    public long ReportsIn(int part) => First(part + 1) - First(part);

    public Reports Part(int part) => new(this, part);

    /// <summary>How many reports each service has in each region.</summary>
    public long[,] Tally()
    {
        var tally = new long[_options.Services, Regions.Count];
        for (var part = 0; part < Parts; part++)
            for (var reports = Part(part); reports.Next();) tally[reports.Service, reports.Region]++;
        return tally;
    }

    private double Weight(int service) => Math.Pow(service + 1, -_options.Skew);

    private int FirstService(int part) => (int)((long)part * _options.Services / Parts);

    /// <summary>How many reports come before a part.</summary>
    private long First(int part) => _options.Order == DayOrder.Service
        ? (long)Math.Round(_options.Reports * (_weightUpTo[FirstService(part)] / _weightUpTo[^1]))
        : Math.Min((long)part * _options.Lines, _options.Reports);

    /// <summary>The reports of a part, one after the other.</summary>
    public struct Reports
    {
        private readonly DayPlan _plan;
        private readonly Shares _services;
        private readonly long[] _upTo;
        private readonly int _firstService;
        private readonly long _end;
        private long _number, _stepBegin, _stepEnd;
        private ulong _state;
        private int _step;

        public Reports(DayPlan plan, int part)
        {
            _plan = plan;
            _state = Dice.Mix(Dice.Mix((ulong)plan._options.Seed) + (ulong)part);
            if (plan._options.Order == DayOrder.Service)
            {
                // A day of its own, of some services.
                _firstService = plan.FirstService(part);
                _services = new([.. Enumerable.Range(_firstService, plan.FirstService(part + 1) - _firstService).Select(plan.Weight)]);
                (_number, _end, _upTo) = (-1, plan.ReportsIn(part), DayCourse.UpTo(plan.ReportsIn(part)));
                if (_end == 0) return;
            }
            else
            {
                _services = plan._allServices.Value;
                (_number, _end, _upTo) = (plan.First(part) - 1, plan.First(part + 1), plan._upTo);
            }

            // The first step that ends after the first report.
            _step = Array.BinarySearch(_upTo, _number + 1);
            for (_step = _step < 0 ? ~_step : _step; _upTo[_step] <= _number + 1; _step++) { }
            SetStep();
        }

        /// <summary>Seconds since the day began.</summary>
        public readonly int Second => _step * StepSeconds + (int)((_number - _stepBegin) * StepSeconds / (_stepEnd - _stepBegin));

        public int Service { get; private set; }

        public int Region { get; private set; }

        private static int StepSeconds => (int)(DayCourse.Step.Ticks / TimeSpan.TicksPerSecond);

        public bool Next()
        {
            if (++_number >= _end) return false;
            if (_number >= _stepEnd)
            {
                while (_upTo[_step] <= _number) _step++;
                SetStep();
            }

            _state = unchecked(_state + 0x9E3779B97F4A7C15);
            var draw = Dice.Mix(_state);
            Service = _firstService + _services.At((uint)(draw >> 32));
            Region = _plan._regions.At((uint)draw);
            return true;
        }

        private void SetStep() => (_stepBegin, _stepEnd) = (_step == 0 ? 0 : _upTo[_step - 1], _upTo[_step]);
    }
}
