// One service, kept up to date: sentence, numbers, regions, incident.
import { poll, follow, serverNow, sayBlind, away, lastSeen } from './live.js';
import { say, number, counted, usual, usually, reports, evidence, shortly, reason, symptom, region, status, blindness, time } from './words.js';
import { setText, setHidden, setLevel, setTime, setSaid, field, fill, reconcile, copy } from './dom.js';
import { enliven, place } from './map.js';
import './report.js';

const article = document.querySelector('[data-service]');
const address = `/v1/services/${article.dataset.service}`;
const lead = article.querySelector('.lead');
const windows = ['5m', '15m', '1h', '24h'];
let service = null, regions = null;

function showSentence() {
  // While nobody answers, nothing is claimed about now.
  if (away()) setText(document.getElementById('sentence'), say('status.away', { name: article.dataset.name, at: time(lastSeen()) }));
  if (away() || !service || !regions) return;
  setText(document.getElementById('sentence'), status(service, regions));
  setSaid(field(lead, 'evidence'), evidence(service.evidence, regions.find(r => r.region === service.evidence.region)?.name), service.at);
}

function heardService(answer) {
  service = answer;
  setLevel(lead, service.level);
  setTime(field(lead, 'since'), service.since);
  document.title = `${service.name}: ${say(`level.${service.level}`)} · Aggregator`;
  sayBlind(blindness(service.level === 'Unknown' ? 1 : 0, 1));
  for (const row of document.querySelectorAll('#windows tbody tr')) {
    fill(row, { reports: counted(service.reports[row.dataset.key]), expected: usual(service.expected[row.dataset.key]) });
  }
  showSymptoms();
  showIncident(service.openIncident);
  showSentence();
}

function showSymptoms() {
  const split = Object.entries(service.symptoms).sort((a, b) => b[1] - a[1]);
  const sum = Math.max(1, split.reduce((all, [, count]) => all + count, 0));
  const body = document.querySelector('#symptoms tbody');
  reconcile(body, split, ([key]) => key, () => body.firstElementChild.cloneNode(true), (row, [key, count]) => {
    setText(row.querySelector('th'), symptom(key));
    fill(row, { count: number(count) });
    field(row, 'bar').setAttribute('width', (100 * count / sum).toFixed(1));
  });
}

function showIncident(incident) {
  const line = document.getElementById('incident');
  setHidden(line, !incident);
  if (!incident) return;
  setTime(field(line, 'opened'), incident.openedAt);
  setTime(field(line, 'peakAt'), incident.peak.at);
  fill(line, { peak: say('incident.peak', { observed: reports(Math.trunc(incident.peak.observed)), expected: usual(incident.peak.expected) }) });
  const href = incident.links?.html ?? incident.links?.json;
  const link = field(line, 'link');
  if (href && link.querySelector('a')?.getAttribute('href') !== href) {
    link.replaceChildren('. ', Object.assign(document.createElement('a'), { href, textContent: say('incident.link') }));
  }
}

function updateRegion(row, r) {
  setLevel(row, r.level);
  row.id = `region-${r.region}`;
  fill(row, { name: region(r.region, r.name), networks: number(r.networks) });
  setSaid(field(row, 'reason'), r.level === 'Normal' ? reason(r.reason) : shortly(r.evidence), serverNow());
  for (const window of windows) {
    fill(row, { [`reports-${window}`]: counted(r.reports[window]), [`expected-${window}`]: usually(r.expected[window]) });
  }
  setTime(field(row, 'since'), r.since);
}

// As the server orders them, worst first, until the reader orders them otherwise.
const order = { by: null, down: true };
const columns = {
  name: r => region(r.region, r.name), level: r => ['Normal', 'Unknown', 'Elevated', 'Spike'].indexOf(r.level), networks: r => r.networks, since: r => Date.parse(r.since),
  ...Object.fromEntries(windows.map(window => [window, r => r.reports[window] ?? 0])),
};

function ordered() {
  const value = columns[order.by];
  if (!value) return regions;
  const compare = (a, b) => typeof a === 'string' ? a.localeCompare(b) : a - b;
  return [...regions].sort((a, b) => compare(value(a), value(b)) * (order.down ? -1 : 1));
}

for (const head of document.querySelectorAll('#regions [data-sort]')) {
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: head.textContent });
  head.replaceChildren(button);
  button.addEventListener('click', () => {
    // Numbers from the most down, names from A on; a second tap turns it round.
    order.down = order.by === head.dataset.sort ? !order.down : head.dataset.sort !== 'name';
    order.by = head.dataset.sort;
    for (const other of head.parentElement.children) other.ariaSort = other === head ? (order.down ? 'descending' : 'ascending') : null;
    if (regions) showRegions();
  });
}

function showRegions() {
  reconcile(document.querySelector('#regions tbody'), ordered(), r => r.region, () => copy('region-row', 'tr'), updateRegion);
}

function heardRegions(answer) {
  regions = answer.regions;
  showRegions();
  place(regions.filter(r => r.level !== 'Normal' && /^[A-Z]{2}$/.test(r.region) && r.region !== 'ZZ')
    .map(r => [r.region, r.level, say('map.region', { region: r.name, level: say(`level.${r.level}`) })]));
  document.getElementById('land').toggleAttribute('data-blind', service?.level === 'Unknown');
  setHidden(document.getElementById('regions'), regions.length === 0);
  setHidden(document.getElementById('no-regions'), regions.length > 0);
  const choice = document.getElementById('chart-region');
  const offered = new Set([...choice.options].map(o => o.value));
  for (const r of regions) if (!offered.has(r.region)) choice.add(new Option(region(r.region, r.name), r.region));
  showSentence();
}

// Whoever chooses a region on the map wants to see its course too.
document.getElementById('levels').addEventListener('click', click => {
  const code = click.target.closest('a')?.dataset.key, choice = document.getElementById('chart-region');
  if (!code || ![...choice.options].some(option => option.value === code)) return;
  choice.value = code;
  choice.dispatchEvent(new Event('change'));
});

document.addEventListener('sight', showSentence);
enliven();
follow(`?service=${article.dataset.service}`);
// The stream tells levels at once; numbers may be a little older.
const askService = poll(() => address, 2, heardService, 5);
poll(() => `${address}/regions`, 2, heardRegions, 10);
document.addEventListener('reported', askService);

const comments = document.getElementById('comments');
if (comments) {
  const names = new Map([...document.querySelectorAll('#region option')].map(option => [option.value, option.textContent]));
  const ask = poll(() => `${address}/comments`, 10, answer => {
    setHidden(document.getElementById('no-comments'), answer.comments.length > 0);
    reconcile(comments, answer.comments, comment => `${Date.parse(comment.at)} ${comment.text}`, () => copy('comment-item', 'li'), (item, comment) => {
      fill(item, { text: comment.text, region: region(comment.region, names.get(comment.region)), symptom: symptom(comment.symptom) });
      setTime(field(item, 'at'), comment.at);
    });
  });
  document.addEventListener('reported', ask);
}
