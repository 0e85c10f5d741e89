namespace Aggregator.Simulator;

/// <summary>All reports of a day, drawn from a seed whenever they are asked for and never kept.</summary>
/// <remarks>The day is cut into parts, in the order of time; each has dice of its own, so a part comes out the same whenever, and however often, it is drawn.</remarks>
internal sealed class DayPlan
{
    private readonly DayOptions _options;
    private readonly long[] _upTo;
    private readonly Shares _services, _regions;

    public DayPlan(DayOptions options)
    {
        _options = options;
        _upTo = DayCourse.UpTo(options.Reports);
        _services = new([.. Enumerable.Range(1, options.Services).Select(rank => Math.Pow(rank, -options.Skew))]);
        _regions = new([.. DayCourse.Regions.Select(region => region.Part)]);
        Parts = (int)((options.Reports + options.Lines - 1) / options.Lines);
        Services = [.. Enumerable.Range(1, options.Services).Select(number => $"{options.Prefix}{number % DayOptions.MostServices:0000}")];
    }

    public int Parts { get; }

    public IReadOnlyList<string> Services { get; }

    public static IReadOnlyList<string> Regions { get; } = [.. DayCourse.Regions.Select(region => region.Region)];

    public int ReportsIn(int part) => (int)Math.Min(_options.Lines, _options.Reports - (long)part * _options.Lines);

    public Reports Part(int part) => new(this, part);

    /// <summary>How many reports each service has in each region.</summary>
    public long[,] Tally()
    {
        var tally = new long[_options.Services, Regions.Count];
        for (var part = 0; part < Parts; part++)
            for (var reports = Part(part); reports.Next();) tally[reports.Service, reports.Region]++;
        return tally;
    }

    /// <summary>The reports of a part, one after the other.</summary>
    public struct Reports
    {
        private readonly DayPlan _plan;
        private readonly long _end;
        private long _number, _stepBegin, _stepEnd;
        private ulong _state;
        private int _step;

        public Reports(DayPlan plan, int part)
        {
            _plan = plan;
            _number = (long)part * plan._options.Lines - 1;
            _end = _number + 1 + plan.ReportsIn(part);
            _state = Dice.Mix(Dice.Mix((ulong)plan._options.Seed) + (ulong)part);

            // The first step that ends after the first report.
            _step = Array.BinarySearch(plan._upTo, _number + 1);
            for (_step = _step < 0 ? ~_step : _step; plan._upTo[_step] <= _number + 1; _step++) { }
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
                while (_plan._upTo[_step] <= _number) _step++;
                SetStep();
            }

            _state = unchecked(_state + 0x9E3779B97F4A7C15);
            var draw = Dice.Mix(_state);
            Service = _plan._services.At((uint)(draw >> 32));
            Region = _plan._regions.At((uint)draw);
            return true;
        }

        private void SetStep() => (_stepBegin, _stepEnd) = (_step == 0 ? 0 : _plan._upTo[_step - 1], _plan._upTo[_step]);
    }
}
