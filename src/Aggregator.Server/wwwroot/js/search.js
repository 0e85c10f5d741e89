// The search as a combobox: suggestions from the names that are on the page, Enter goes to the service. ServiceSearch.cs finds the same without scripts.
import { say, number } from './words.js';
import { setText } from './dom.js';

const input = document.getElementById('q');
const list = document.getElementById('found');
const status = document.getElementById('matches');
const shownAtMost = 8;
const plain = text => text.normalize('NFD').replace(/\p{Mn}/gu, '').toLowerCase();

const services = [...document.querySelectorAll('.names a')].map(link => {
  const name = plain(link.textContent), words = name.split(/[ \-./&()+]+/).filter(Boolean);
  return { href: link.href, key: link.pathname.split('/').pop(), label: link.textContent, name, words, initials: words.length > 1 ? words.map(word => [...word][0]).join('') : '' };
});
let found = [], active = -1;

// The closer the smaller; undefined where it does not match.
function match({ name, key, words, initials }, asked) {
  if (name === asked || key === asked) return 0;
  if (name.startsWith(asked)) return 1;
  if (words.some(word => word.startsWith(asked))) return 2;
  if (initials.startsWith(asked)) return 3;
  if (key.startsWith(asked)) return 4;
  return name.includes(asked) || key.includes(asked) ? 5 : undefined;
}

const grades = { Spike: 0, Elevated: 1 };
function find(asked) {
  const levels = new Map([...document.querySelectorAll('#down li[data-key]')].map(row => [row.dataset.key, row.dataset.level]));
  return services
    .map(service => ({ service, level: levels.get(service.key), match: match(service, asked) }))
    .filter(hit => hit.match !== undefined)
    .sort((a, b) => (a.match !== 0) - (b.match !== 0) || (a.match === 5) - (b.match === 5)
      || (grades[a.level] ?? 2) - (grades[b.level] ?? 2) || a.match - b.match || a.service.name.localeCompare(b.service.name));
}

function option({ service, level }, i) {
  const item = Object.assign(document.createElement('li'), { id: `found-${i}`, role: 'option' });
  item.append(Object.assign(document.createElement('span'), { textContent: service.label }));
  if (level) {
    const tag = Object.assign(document.createElement('span'), { className: 'level' }), mark = Object.assign(document.createElement('span'), { className: 'mark' });
    tag.dataset.level = level;
    tag.append(mark, say(`level.${level}`));
    item.append(tag);
  }
  return item;
}

function show() {
  const asked = plain(input.value.trim()), hits = asked ? find(asked) : [];
  found = hits.slice(0, shownAtMost);
  list.replaceChildren(...found.map(option));
  open(found.length > 0);
  choose(found.length > 0 ? 0 : -1);
  // What the list shows need only be said.
  status.classList.toggle('unseen', found.length > 0);
  setText(status, !asked ? '' : hits.length === 0 ? say('front.noMatch', { q: input.value.trim() })
    : say(hits.length === 1 ? 'front.matches.one' : 'front.matches.many', { n: number(hits.length) }));
}

function open(shown) {
  list.hidden = !shown;
  input.setAttribute('aria-expanded', shown);
  if (!shown) choose(-1);
}

function choose(at) {
  active = at;
  [...list.children].forEach((item, i) => item.setAttribute('aria-selected', i === at));
  if (at < 0) input.removeAttribute('aria-activedescendant');
  else {
    input.setAttribute('aria-activedescendant', `found-${at}`);
    list.children[at].scrollIntoView({ block: 'nearest' });
  }
}

const go = at => location.assign(found[at].service.href);

input.setAttribute('role', 'combobox');
for (const [name, value] of [['autocomplete', 'list'], ['controls', list.id], ['expanded', false]]) input.setAttribute(`aria-${name}`, value);

input.addEventListener('input', show);
input.addEventListener('focus', () => { if (input.value) show(); });
input.addEventListener('blur', () => open(false));
input.addEventListener('keydown', key => {
  if (key.isComposing) return;
  if (key.key === 'Escape' && !list.hidden) open(false);
  else if (key.key === 'ArrowDown' && list.hidden && input.value) show();
  else if (key.key === 'ArrowDown' && !list.hidden) choose((active + 1) % found.length);
  else if (key.key === 'ArrowUp' && !list.hidden) choose((active - 1 + found.length) % found.length);
  else if (key.key === 'Enter' && active >= 0) go(active);
  else return;
  key.preventDefault();
});
// Before the field loses the focus, and with it the list.
list.addEventListener('pointerdown', press => press.preventDefault());
list.addEventListener('click', click => {
  const at = [...list.children].indexOf(click.target.closest('[role=option]'));
  if (at >= 0) go(at);
});
if (document.activeElement === input && input.value) show();
