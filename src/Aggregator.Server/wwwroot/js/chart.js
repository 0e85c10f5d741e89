// The last 24 hours of one region against its baseline, drawn by Apache ECharts on a canvas.
import { poll, serverNow } from './live.js';
import { say, number, usual, reports, time } from './words.js';
import { setText } from './dom.js';

const place = document.getElementById('chart');
const choice = document.getElementById('chart-region');
const summary = document.getElementById('chart-summary');
const service = document.querySelector('[data-service]').dataset.service;
const minutes = 60_000, step = 5 * minutes, day = 24 * 60 * minutes;
let chart = null, series = null;

function span() {
  const to = Math.ceil(serverNow() / step) * step;
  return { from: new Date(to - day), to: new Date(to) };
}

const shown = () => choice.selectedOptions[0]?.textContent ?? choice.value;

const url = () => {
  const { from, to } = span();
  const asked = new URLSearchParams({ region: choice.value, interval: '5m', from: from.toISOString(), to: to.toISOString() });
  return `/v1/services/${service}/series?${asked}`;
};

// Colours come from the style sheet, so that there is one place for light and dark.
function colours() {
  const style = getComputedStyle(document.documentElement);
  return name => style.getPropertyValue(`--${name}`).trim();
}

// Stretches of steps that nobody could report in.
function gaps(points) {
  const found = [];
  for (const point of points) {
    if (point.reports !== null) continue;
    const at = Date.parse(point.at), last = found.at(-1);
    if (last?.[1] === at) last[1] = at + step;
    else found.push([at, at + step]);
  }
  return found;
}

function draw() {
  if (!series) return;
  if (!chart) {
    place.replaceChildren();
    chart = echarts.init(place, null, { renderer: 'canvas' });
    new ResizeObserver(() => chart.resize()).observe(place);
  }
  const colour = colours(), points = series.points, now = serverNow().getTime(), { from, to } = span();
  const font = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 13 };
  const at = point => Date.parse(point.at) + step / 2;
  const running = point => Date.parse(point.at) + step > now;
  chart.setOption({
    animation: false,
    textStyle: font,
    grid: { left: 4, right: 12, top: 34, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: { right: 8, top: 0, itemWidth: 18, itemHeight: 9, icon: 'rect', textStyle: { ...font, color: colour('soft') }, data: [say('chart.reports'), say('chart.usual')] },
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true,
      axisPointer: { type: 'line', lineStyle: { color: colour('soft'), type: 'solid' } },
      backgroundColor: colour('card'), borderColor: colour('line'), textStyle: { ...font, color: colour('ink') },
      formatter: ([first]) => {
        const point = points[first.dataIndex], begins = new Date(point.at), ends = new Date(begins.getTime() + step);
        const count = point.reports === null ? say('chart.gap') : reports(point.reports) + (running(point) ? ` ${say('chart.soFar')}` : '');
        return `${time(begins)} – ${ends.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })}\n${count}\n${say('usual', { n: usual(point.expected) })}`;
      },
    },
    xAxis: {
      type: 'time', min: from.getTime(), max: to.getTime(), axisLine: { lineStyle: { color: colour('line') } }, axisTick: { show: false }, splitLine: { show: false },
      axisLabel: { ...font, color: colour('soft'), hideOverlap: true, formatter: value => new Date(value).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' }) },
    },
    yAxis: {
      type: 'value', minInterval: 1, min: 0, max: ({ max }) => Math.max(5, Math.ceil(max * 1.05)), splitNumber: 4,
      axisLabel: { ...font, color: colour('soft'), showMaxLabel: false, formatter: number }, splitLine: { lineStyle: { color: colour('line') } },
    },
    series: [
      {
        name: say('chart.reports'), type: 'bar', barWidth: '80%', itemStyle: { color: colour('bar') },
        data: points.map(p => ({ value: [at(p), p.reports ?? '-'], itemStyle: running(p) ? { opacity: 0.45 } : undefined })),
        markArea: {
          silent: true, label: { ...font, color: colour('soft'), position: 'insideTop' },
          data: gaps(points).map(([begin, end]) => [{ xAxis: begin, name: say('chart.gap'), itemStyle: { color: colour('unknown-wash') } }, { xAxis: end }]),
        },
      },
      {
        name: say('chart.usual'), type: 'line', showSymbol: false, z: 3, itemStyle: { color: colour('usual') },
        lineStyle: { color: colour('usual'), width: 2, type: [5, 4] }, data: points.map(p => [at(p), p.expected ?? '-']),
      },
    ],
  }, { replaceMerge: ['series'] });
}

function describe() {
  const counts = series.points.map(p => p.reports ?? 0);
  const text = say('chart.summary', {
    region: shown(), reports: reports(counts.reduce((a, b) => a + b, 0)), peak: reports(Math.max(0, ...counts)),
    expected: usual(series.points.reduce((sum, p) => sum + (p.expected ?? 0), 0)),
  });
  setText(summary, text);
  place.setAttribute('aria-label', text);

  const hours = Map.groupBy ? [...Map.groupBy(series.points, p => Math.floor(Date.parse(p.at) / (12 * step)))] : [];
  document.querySelector('#hours tbody').replaceChildren(...hours.reverse().map(([hour, points]) => {
    const row = document.createElement('tr');
    row.append(...[
      time(new Date(hour * 12 * step)),
      points.every(p => p.reports === null) ? say('chart.gap') : number(points.reduce((sum, p) => sum + (p.reports ?? 0), 0)),
      usual(points.reduce((sum, p) => sum + (p.expected ?? 0), 0)),
    ].map((text, i) => Object.assign(document.createElement(i === 0 ? 'th' : 'td'), { textContent: text, className: i === 0 ? '' : 'n' })));
    row.firstChild.scope = 'row';
    return row;
  }));
}

if (globalThis.echarts) {
  const ask = poll(url, 10, answer => { series = answer; draw(); describe(); });
  choice.addEventListener('change', ask);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
} else {
  setText(summary, say('chart.failed'));
}
