// The front page: rows move between the levels as newer answers come, and the search narrows what is there.
import { poll, sayBlind } from './live.js';
import { say, number, usual, usually, ratio, reports, reason, region, front, blindness } from './words.js';
import { setText, setHidden, setLevel, setTime, field, fill, reconcile, keepingFocus, copy, drawSpark } from './dom.js';

const groups = [...document.querySelectorAll('.group')];
const search = document.getElementById('q');
const spikes = document.getElementById('spikes');
const more = document.getElementById('more');
let services = null, spiking = null;

// Names by key, at first as the server drew them.
const names = new Map([...document.querySelectorAll('.service')].map(row => [row.dataset.key, field(row, 'name').textContent]));

const wanted = () => search.value.trim().toLowerCase();
const matching = s => s.name.toLowerCase().includes(wanted()) || s.service.includes(wanted());

function showServices() {
  const found = services.filter(matching);
  // A service that changes its level takes its row along.
  const present = new Map([...document.querySelectorAll('.service')].map(row => [row.dataset.key, row]));
  const rowOf = s => present.get(s.service) ?? copy('service-row', '.service');
  keepingFocus(() => {
    for (const group of groups) {
      const rows = found.filter(s => s.level === group.dataset.group);
      reconcile(group.querySelector('ul'), rows, s => s.service, rowOf, updateRow);
      setHidden(group, rows.length === 0);
    }
  });
  const q = search.value.trim();
  setText(document.getElementById('matches'), q === '' ? '' : found.length === 0 ? say('front.noMatch', { q })
    : say(found.length === 1 ? 'front.matches.one' : 'front.matches.many', { n: number(found.length) }));
}

function updateRow(row, s) {
  setLevel(row, s.level);
  fill(row, {
    name: s.name,
    reports: reports(s.reports15m),
    expected: usually(s.expected15m),
    regions: s.regionsInSpike === 0 ? '' : say(s.regionsInSpike === 1 ? 'inRegions.one' : 'inRegions.many', { n: number(s.regionsInSpike) }),
  });
  field(row, 'name').setAttribute('href', `/services/${s.service}`);
  drawSpark(field(row, 'spark'), s.spark, s.expected15m);
}

function updateSpike(row, s) {
  setLevel(row, s.level);
  fill(row, {
    region: region(s.region), service: names.get(s.service) ?? s.service, reason: reason(s.reason),
    observed: usual(s.observed), expected: usual(s.expected), ratio: ratio(s.ratio), networks: number(s.networks),
  });
  field(row, 'service').setAttribute('href', `/services/${s.service}`);
  setTime(field(row, 'since'), s.since);
}

function heardServices(answer) {
  services = answer.services;
  const whole = !wanted() || !answer.next;
  for (const s of services) names.set(s.service, s.name);
  showServices();
  if (whole) {
    setText(document.getElementById('front'), front(services));
    sayBlind(blindness(services.filter(s => s.level === 'Unknown').length, services.length));
  }
  if (!wanted()) setHidden(more, !answer.next);
  if (spiking) showSpikes();
}

function heardSpikes(answer) {
  spiking = answer.spikes;
  showSpikes();
}

function showSpikes() {
  keepingFocus(() =>
    reconcile(spikes.querySelector('tbody'), spiking, s => `${s.service}|${s.region}`, () => copy('spike-row', 'tr'), updateSpike));
  setHidden(spikes.querySelector('.empty'), spiking.length > 0);
  setHidden(spikes.querySelector('.scroll'), spiking.length === 0);
}

// Where one page does not hold all services, the server searches; otherwise everything is here already.
const servicesUrl = () => !more.hidden && wanted() ? `/v1/services?q=${encodeURIComponent(wanted())}` : '/v1/services';
const askServices = poll(servicesUrl, 2, heardServices);
poll(() => '/v1/spikes', 2, heardSpikes);

let typing;
search.addEventListener('input', () => {
  if (services) showServices();
  clearTimeout(typing);
  typing = setTimeout(askServices, services && more.hidden ? 2000 : 150);
});
search.form.addEventListener('submit', submit => {
  if (!services) return;
  submit.preventDefault();
  const found = services.filter(matching);
  if (wanted() && found.length === 1) location.assign(`/services/${found[0].service}`);
});
