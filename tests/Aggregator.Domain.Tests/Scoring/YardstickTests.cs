using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

/// <summary>One series or two, two days, the first of them history: each figure on its own.</summary>
public class YardstickTests
{
    private const int Day = 1440;
    private const double Month = 30;

    private readonly List<LabelledEpisode> _episodes = [];
    private readonly List<float[]> _scores = [new float[2 * Day]];
    private readonly List<double> _means = [1];
    private readonly List<int[]> _counts = [new int[2 * Day]];

    [Fact]
    public void An_alert_outside_every_incident_is_false()
    {
        Score(Day + 100);
        Assert.Equal(Month, Row().FalseAlarms, 9);
        Assert.Equal(0, Row().Precision);
    }

    [Fact]
    public void A_score_below_the_threshold_is_no_alert()
    {
        _scores[0][Day + 100] = 4.99f;
        Assert.Equal(0, Row().FalseAlarms);
        Assert.Equal(Month, Row(threshold: 4.99).FalseAlarms, 9);
    }

    [Fact]
    public void What_happens_in_the_history_is_not_judged()
    {
        Incident(100, 130, z: 20);
        Score(100);
        Score(700);
        Assert.Equal(0, Row().FalseAlarms);
        Assert.Equal(double.NaN, Row().Found);
    }

    [Fact]
    public void An_alert_that_began_in_the_history_and_goes_on_is_not_judged_either()
    {
        Score(Day - 1);
        Score(Day + 14);
        Assert.Equal(0, Row().FalseAlarms);
    }

    [Fact]
    public void A_score_within_fifteen_minutes_goes_on_with_the_same_alert()
    {
        Score(Day + 100);
        Score(Day + 115);
        Assert.Equal(Month, Row().FalseAlarms, 9);
        Score(Day + 131);
        Assert.Equal(2 * Month, Row().FalseAlarms, 9);
    }

    [Fact]
    public void An_incident_is_found_until_ten_minutes_after_its_end()
    {
        Incident(Day + 100, Day + 130, z: 20);
        Score(Day + 140);
        Assert.Equal((1, 41, 0, 1), (Row().Found, Row().DelayMedian, Row().FalseAlarms, Row().Precision));
    }

    [Theory]
    [InlineData(141)]
    [InlineData(190)]
    public void The_hour_after_an_incident_is_nobodys(int minute)
    {
        Incident(Day + 100, Day + 130, z: 20);
        Score(Day + minute);
        Assert.Equal((0, 0, 0, double.PositiveInfinity), (Row().Found, Row().FalseAlarms, Row().Precision, Row().DelayMedian));
    }

    [Fact]
    public void After_that_hour_an_alert_is_false_again()
    {
        Incident(Day + 100, Day + 130, z: 20);
        Score(Day + 191);
        Assert.Equal(Month, Row().FalseAlarms, 9);
    }

    [Fact]
    public void The_first_minute_of_an_incident_is_a_delay_of_one()
    {
        Incident(Day + 100, Day + 130, z: 8);
        Score(Day + 100);
        Assert.Equal((1, 1), (Row().DelayMedian, Row().Delay90));
    }

    [Fact]
    public void Incidents_are_told_apart_by_size()
    {
        foreach (var (z, place) in new[] { 3.9, 4, 7.9, 8, 15.9, 16 }.Select((z, place) => (z, place))) Incident(Day + 200 * place, Day + 200 * place + 20, z);
        foreach (var place in new[] { 1, 3, 4 }) Score(Day + 200 * place + 9);
        var row = Row();
        Assert.Equal((0.5, 0, 0.5, 1, 0), (row.Found, row.FoundBelow4, row.Found4To8, row.Found8To16, row.FoundFrom16));
        Assert.Equal((10, double.PositiveInfinity, double.PositiveInfinity), (row.DelayMedian, row.Delay90, row.DelayMedian4To8));
    }

    [Fact]
    public void An_optional_outage_is_neither_asked_for_nor_a_false_alarm()
    {
        Label(Day + 100, Day + 130, LabelClass.Optional, z: 9);
        Score(Day + 105);
        Assert.Equal((0, double.NaN, 1), (Row().FalseAlarms, Row().Found, Row().Precision));
    }

    [Fact]
    public void A_bot_burst_that_raises_an_alert_costs_precision_and_is_no_false_alarm()
    {
        Label(Day + 100, Day + 102, LabelClass.BotBurst);
        Label(Day + 600, Day + 602, LabelClass.BotBurst);
        Incident(Day + 300, Day + 330, z: 20);
        Score(Day + 107);
        Score(Day + 300);
        var row = Row();
        Assert.Equal((0, 0.5, 0.5), (row.FalseAlarms, row.Precision, row.BotBursts));
    }

    [Fact]
    public void A_false_alarm_on_a_busy_day_is_false_and_told_as_such()
    {
        Label(Day + 100, Day + 400, LabelClass.BusyDay);
        Score(Day + 399);
        Score(Day + 700);
        Assert.Equal((2 * Month, 0.5), (Math.Round(Row().FalseAlarms, 9), Row().OnBusyDays));
    }

    [Fact]
    public void An_incident_in_pieces_is_counted_and_closed_with_the_last()
    {
        Incident(Day + 100, Day + 160, z: 20);
        Score(Day + 110);
        Score(Day + 150);
        Score(Day + 200);
        var row = Row();
        Assert.Equal((3, 200 + 15 - 160, 200 + 15 - 160), (row.Fragments, row.ClosedMedian, row.Closed90));
    }

    [Fact]
    public void An_incident_without_a_clear_end_says_nothing_about_closing()
    {
        Incident(Day + 100, Day + 160, z: 20, kind: "longdegr");
        Score(Day + 110);
        Assert.Equal((1, double.NaN), (Row().Fragments, Row().ClosedMedian));
    }

    [Fact]
    public void An_alert_ends_with_the_rows_at_the_latest()
    {
        Incident(2 * Day - 20, 2 * Day - 10, z: 20);
        Score(2 * Day - 1);
        Assert.Equal(9, Row().ClosedMedian);
    }

    [Fact]
    public void The_worst_volume_class_stands_apart()
    {
        _means.AddRange([0.01, 0.02, double.NaN]);
        for (var series = 1; series < 4; series++)
        {
            _scores.Add(new float[2 * Day]);
            _counts.Add(new int[2 * Day]);
        }

        Score(Day + 100, series: 2);
        Score(Day + 100, series: 3);
        Score(Day + 700, series: 3);
        Assert.Equal(Month / 2, Row().Worst, 9);
    }

    [Fact]
    public void A_gap_is_no_alert_whatever_its_score()
    {
        Score(Day + 100);
        _counts[0][Day + 100] = -1;
        Assert.Equal(0, Row().FalseAlarms);
    }

    [Fact]
    public void Without_counts_a_score_that_is_no_number_is_a_gap()
    {
        _scores[0][Day + 100] = float.NaN;
        var yardstick = new Yardstick(_means, _episodes, TimeSpan.FromMinutes(1), 2 * Day, historyDays: 1);
        Assert.Equal(0, yardstick.Row([.. _scores], 5).FalseAlarms);
        Assert.True(yardstick.Calibrate([.. _scores], 1) < 1);
    }

    [Fact]
    public void The_threshold_of_a_budget_lets_through_so_many_and_no_more()
    {
        for (var alarm = 1; alarm <= 20; alarm++) _scores[0][Day + 60 * alarm] = alarm;
        var threshold = Of(1).Calibrate([.. _scores], 5 * Month);
        Assert.Equal(15, threshold, 5);
        Assert.Equal(5 * Month, Row(threshold: threshold).FalseAlarms, 9);
        Assert.Equal(0, Row(threshold: Of(1).Calibrate([.. _scores], 0)).FalseAlarms);
    }

    [Fact]
    public void On_a_ten_second_grid_a_delay_has_parts_of_a_minute()
    {
        _scores[0] = new float[2 * 8640];
        _counts[0] = new int[2 * 8640];
        Incident(Day + 100, Day + 130, z: 20);
        Score(8640 + 601);
        var row = new Yardstick(Set(TimeSpan.FromSeconds(10)), historyDays: 1).Row([.. _scores], 5);
        Assert.Equal(1 / 3.0, row.DelayMedian, 9);
        Assert.Contains("|   0.3    0.3    nan |", row.ToText(tenths: true));
    }

    [Fact]
    public void A_set_that_is_all_history_is_empty()
    {
        Assert.True(Of(2).IsEmpty);
        Assert.False(Of(1).IsEmpty);
    }

    [Fact]
    public void A_row_is_a_line_under_its_head()
    {
        Incident(Day + 100, Day + 130, z: 20);
        Score(Day + 105);
        Score(Day + 700);
        Assert.Equal(
            "   30.00  30.00   0.50 |  1.00    nan    nan    nan   1.00 |     6      6    nan |  1.00    -10    -10 |     0      0 |       5",
            Row().ToText());
        Assert.Equal(YardstickRow.Head.Length, Row().ToText().Length);
    }

    private void Incident(int start, int end, double z, string kind = "abrupt") => Label(start, end, LabelClass.Incident, z, kind);

    private void Label(int start, int end, LabelClass what, double z = 0, string kind = "") => _episodes.Add(new(0, start, end, kind, z, what));

    private void Score(int bucket, int series = 0) => _scores[series][bucket] = 9;

    private YardstickRow Row(double threshold = 5) => Of(1).Row([.. _scores], threshold);

    private Yardstick Of(int historyDays) => new(Set(TimeSpan.FromMinutes(1)), historyDays);

    private LabelledSet Set(TimeSpan interval) => new([.. _means.Select((_, place) => $"s{place}")], _means, _episodes, interval, [.. _counts]);
}
