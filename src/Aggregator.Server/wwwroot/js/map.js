// The map for pointer and keyboard: one stop for the Tab key, arrows from region to region, and in words what is pointed at.
import { say } from './words.js';
import { setText, reconcile } from './dom.js';

const map = document.getElementById('map');
const spot = document.getElementById('spot');
const hint = spot.textContent;
const halo = document.getElementById('halo');
const names = new Map([...document.getElementById('region').options].filter(option => option.value).map(option => [option.value, option.text]));
const elsewhere = map.dataset.link.startsWith('/');
const links = () => [...map.querySelectorAll('#levels a')];

/** After what is on the map has changed. */
export function enliven() {
  const all = links(), focused = all.find(link => link === document.activeElement) ?? all[0];
  for (const link of all) link.setAttribute('tabindex', link === focused ? 0 : -1);
  for (const link of document.querySelectorAll('#calm a')) link.toggleAttribute('hidden', document.getElementById(`on-${link.dataset.region}`) !== null);
}

// Calm regions can be chosen too, by pointer; for the keyboard there is the list of all regions above.
function addCalm() {
  const calm = document.getElementById('calm');
  for (const [code, name] of names) {
    if (code.length !== 2 || code === 'ZZ') continue;
    const link = document.createElementNS(map.namespaceURI, 'a'), shape = document.createElementNS(map.namespaceURI, 'use');
    for (const [key, value] of Object.entries({ ...(elsewhere && { href: map.dataset.link + code }), tabindex: -1, 'aria-hidden': true, 'data-region': code, 'data-says': say('map.calm', { region: name }) })) link.setAttribute(key, value);
    shape.setAttribute('href', `${map.dataset.drawing}#${code}`);
    link.append(shape);
    calm.append(link);
  }
  enliven();
}

function point({ target }) {
  const link = target.closest?.('#map a');
  setText(spot, link ? link.getAttribute('aria-label') ?? link.dataset.says : hint);
}

/** What is not as usual, as [code, level, words]. */
export function place(spots) {
  const levels = document.getElementById('levels');
  reconcile(levels, spots, ([code]) => code, ([code]) => {
    const link = document.createElementNS(map.namespaceURI, 'a'), shape = document.createElementNS(map.namespaceURI, 'use');
    link.setAttribute('href', map.dataset.link + code);
    link.id = `on-${code}`;
    shape.setAttribute('href', `${map.dataset.drawing}#${code}`);
    link.append(shape);
    return link;
  }, (link, [, level, words]) => {
    link.dataset.level = level;
    link.setAttribute('aria-label', words);
  });
  enliven();
}

// Drawn over its neighbours, which would cover an outline of its own.
function ring({ target }) {
  const link = target.closest?.('#levels a:focus-visible');
  if (link) halo.setAttribute('href', link.querySelector('use').getAttribute('href'));
  else halo.removeAttribute('href');
}

map.addEventListener('pointerenter', addCalm, { once: true });
map.addEventListener('pointerover', point);
map.addEventListener('pointerleave', () => setText(spot, hint));
// Not on the map itself: an SVG that listens to the focus becomes a stop of its own.
map.parentElement.addEventListener('focusin', focus => { point(focus); ring(focus); });
map.parentElement.addEventListener('focusout', () => { setText(spot, hint); halo.removeAttribute('href'); });
map.addEventListener('keydown', key => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key.key];
  const all = links(), at = all.indexOf(document.activeElement);
  const next = step ? all.at((at + step) % all.length) : { Home: all[0], End: all.at(-1) }[key.key];
  if (at < 0 || !next) return;
  key.preventDefault();
  for (const link of all) link.setAttribute('tabindex', link === next ? 0 : -1);
  next.focus();
});
