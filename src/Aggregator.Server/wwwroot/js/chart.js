// The last hour, day or week of one region against its baseline, drawn by Apache ECharts on a canvas.
// The library is loaded when the chart is about to be seen; until then the drawing that came with the page stays, and the numbers are told in words.
import { poll, serverNow } from './live.js';
import { say, number, usual, reports, time } from './words.js';
import { setText } from './dom.js';

const place = document.getElementById('chart');
const choice = document.getElementById('chart-region');
const summary = document.getElementById('chart-summary');
const service = document.querySelector('[data-service]').dataset.service;
const minutes = 60_000, hour = 60 * minutes;
const spans = {
  '1h': { step: minutes, interval: '1m', length: hour }, '24h': { step: 5 * minutes, interval: '5m', length: 24 * hour }, '7d': { step: hour, interval: '1h', length: 7 * 24 * hour },
};
let chart = null, series = null, incidents = [], chosen = '24h', step = spans[chosen].step;

function span() {
  const to = Math.ceil(serverNow() / step) * step;
  return { from: new Date(to - spans[chosen].length), to: new Date(to) };
}

const shown = () => choice.selectedOptions[0]?.textContent ?? choice.value;

const url = () => {
  const { from, to } = span();
  const asked = new URLSearchParams({ region: choice.value, interval: spans[chosen].interval, from: from.toISOString(), to: to.toISOString() });
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

// Incidents as far as they lie within what is shown.
const shaded = ({ from, to }) => incidents
  .map(({ openedAt, resolvedAt }) => [Math.max(from, Date.parse(openedAt)), Math.min(to, resolvedAt ? Date.parse(resolvedAt) : serverNow())])
  .filter(([begin, end]) => begin < end);

function draw() {
  // The answer to what was chosen before may still be here.
  if (!globalThis.echarts || !series || series.interval !== spans[chosen].interval) return;
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
    grid: { left: 4, right: 12, top: place.clientWidth < 480 ? 58 : 38, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: {
      left: 0, top: 0, padding: [2, 0], itemWidth: 18, itemHeight: 9, icon: 'rect', textStyle: { ...font, color: colour('soft') },
      data: ['reports', 'usual', 'range', 'incident'].map(word => ({ name: say(`chart.${word}`), ...(word === 'usual' && { icon: dashes }) })),
    },
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true,
      axisPointer: { type: 'line', lineStyle: { color: colour('soft'), type: 'solid' } },
      backgroundColor: colour('card'), borderColor: colour('line'), textStyle: { ...font, color: colour('ink') },
      formatter: ([first]) => {
        const point = points[first.dataIndex], begins = new Date(point.at), ends = new Date(begins.getTime() + step);
        const count = point.reports === null ? say('chart.gap') : reports(point.reports) + (running(point) ? ` ${say('chart.soFar')}` : '');
        return `${time(begins)} – ${ends.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })}\n${count}\n${usually(point)}`;
      },
    },
    xAxis: {
      type: 'time', min: from.getTime(), max: to.getTime(), axisLine: { lineStyle: { color: colour('line') } }, axisTick: { show: false }, splitLine: { show: false },
      axisLabel: {
        ...font, color: colour('soft'), hideOverlap: true,
        formatter: value => chosen !== '7d' ? new Date(value).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' }) : new Date(value).toLocaleDateString(undefined, { weekday: 'short', day: 'numeric' }),
      },
    },
    yAxis: {
      type: 'value', minInterval: 1, min: 0, max: ({ max }) => max < 5 ? 5 : null, splitNumber: 4,
      axisLabel: { ...font, color: colour('soft'), formatter: number }, splitLine: { lineStyle: { color: colour('line') } },
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
      { ...band, data: points.map(p => [at(p), p.usual?.low ?? '-']) },
      { ...band, name: say('chart.range'), itemStyle: { color: colour('usual-wash') }, areaStyle: { color: colour('usual-wash') }, data: points.map(p => [at(p), p.usual ? p.usual.high - p.usual.low : '-']) },
      {
        name: say('chart.incident'), type: 'line', data: [], itemStyle: { color: colour('incident-wash') },
        markArea: { silent: true, itemStyle: { color: colour('incident-wash') }, data: shaded(span()).map(([begin, end]) => [{ xAxis: begin }, { xAxis: end }]) },
      },
    ],
  }, { replaceMerge: ['series'] });
}

// In the legend, as the line itself.
const dashes = 'path://M0,3H5V5H0ZM7,3H12V5H7ZM14,3H19V5H14Z';

// The range lies on its lower bound, which is not drawn.
const band = { type: 'line', stack: 'range', stackStrategy: 'all', showSymbol: false, silent: true, z: 1, lineStyle: { opacity: 0 } };

const usually = ({ expected, usual: range }) => range
  ? say('chart.between', { n: usual(expected), low: number(range.low), high: number(range.high) }) : say('usual', { n: usual(expected) });

const length = span => span < 2 * hour ? say('chart.minutes', { n: number(span / minutes) }) : span < 48 * hour ? say('chart.hours', { n: usual(span / hour) }) : say('chart.days', { n: usual(span / hour / 24) });

function describe() {
  const counts = series.points.map(p => p.reports ?? 0);
  const sum = counts.reduce((a, b) => a + b, 0), expected = series.points.reduce((sum, p) => sum + (p.expected ?? 0), 0);
  const unseen = gaps(series.points).reduce((sum, [begin, end]) => sum + end - begin, 0);
  const hardly = unseen > 0.8 * spans[chosen].length;
  const text = say(sum === 0 ? 'chart.summary.none' : 'chart.summary', {
    region: shown(), when: say(hardly ? 'chart.summary.seen' : 'chart.summary.last', { span: say(`chart.span.${chosen}`) }), step: say(`chart.step.${chosen}`), reports: reports(sum), peak: reports(Math.max(0, ...counts)),
    usual: expected < 1 || hardly ? '' : say('chart.summary.usual', { expected: usual(expected) }), unseen: unseen === 0 || hardly ? '' : say('chart.summary.unseen', { length: length(unseen) }),
  });
  setText(summary, text);
  place.setAttribute('aria-label', text);

  const hours = Map.groupBy ? [...Map.groupBy(series.points, p => Math.floor(Date.parse(p.at) / hour))] : [];
  document.querySelector('#hours tbody').replaceChildren(...hours.reverse().map(([begun, points]) => {
    const row = document.createElement('tr');
    row.append(...[
      time(new Date(begun * hour)),
      points.every(p => p.reports === null) ? say('chart.gap') : number(points.reduce((sum, p) => sum + (p.reports ?? 0), 0)),
      usual(points.reduce((sum, p) => sum + (p.expected ?? 0), 0)),
    ].map((text, i) => Object.assign(document.createElement(i === 0 ? 'th' : 'td'), { textContent: text, className: i === 0 ? '' : 'n' })));
    row.firstChild.scope = 'row';
    return row;
  }));
}

const ask = poll(url, 10, answer => { series = answer; draw(); describe(); });
poll(() => `/v1/incidents?service=${service}&limit=50`, 15, answer => { incidents = answer.incidents; draw(); });
choice.addEventListener('change', ask);
document.addEventListener('reported', ask);

function choose(span) {
  chosen = span;
  step = spans[chosen].step;
  document.getElementById('hours').hidden = chosen === '1h';
  setText(document.getElementById('day'), say('chart.title', { span: say(`chart.span.${chosen}`) }));
  ask();
}

for (const radio of document.getElementsByName('chart-span')) radio.addEventListener('change', () => choose(radio.value));
choose(chosen);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);

function load() {
  const script = Object.assign(document.createElement('script'), { src: place.dataset.library });
  script.addEventListener('load', draw);
  // Nothing more is lost than the finer drawing.
  script.addEventListener('error', () => setText(summary, say('chart.failed')));
  document.head.append(script);
}

new IntersectionObserver((entries, observer) => {
  if (!entries.some(entry => entry.isIntersecting)) return;
  observer.disconnect();
  // After the page is drawn, and what it needs is there.
  if (document.readyState === 'complete') load();
  else addEventListener('load', () => setTimeout(load));
}, { rootMargin: '300px' }).observe(place);
