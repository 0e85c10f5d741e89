// The search as a combobox: suggestions from the names that are on the page, Enter goes to the service. ServiceSearch.cs finds the same without scripts.
import { say, number } from './words.js';
import { setText } from './dom.js';

const input = document.getElementById('q');
const list = document.getElementById('found');
const status = document.getElementById('matches');
const shownAtMost = 8;
const plain = text => text.normalize('NFD').replace(/\p{Mn}/gu, '').toLowerCase();

// The letters and digits of a name from each of its words on.
const beginnings = text => {
  const words = plain(text).split(/[ \-./&()+_']+/).filter(Boolean);
  return words.map((_, i) => words.slice(i).join(''));
};

const services = [...document.querySelectorAll('.names a')].map(link => {
  const words = beginnings(link.textContent), key = link.pathname.split('/').pop();
  return {
    href: link.href, key, label: link.textContent, name: words[0] ?? plain(link.textContent), words, letters: beginnings(key)[0], initials: words.length > 1 ? words.map(word => [...word][0]).join('') : '',
    aliases: (link.dataset.also?.split('\n') ?? []).map(label => ({ label, words: beginnings(label) })),
  };
});
let found = [], active = -1;

// The closer the smaller, and the alias where it is found by one; undefined where it does not match.
function match({ name, letters, words, initials, aliases }, asked) {
  const alias = test => aliases.find(({ words }) => test(words));
  const begins = text => text.startsWith(asked);
  let also;
  if (name === asked || letters === asked) return { near: 0 };
  if ((also = alias(([all]) => all === asked))) return { near: 1, also };
  if (begins(name)) return { near: 2 };
  if ((also = alias(([all]) => all && begins(all)))) return { near: 3, also };
  if (words.some(begins)) return { near: 4 };
  if ((also = alias(words => words.some(begins)))) return { near: 4, also };
  if (begins(initials)) return { near: 5 };
  if (begins(letters)) return { near: 6 };
  if (name.includes(asked) || letters.includes(asked)) return { near: inside };
  if ((also = alias(([all]) => all?.includes(asked)))) return { near: inside, also };
}

const inside = 7, nearly = 8;

// As in ServiceSearch.cs: so many letters may be wrong, missing, too many or in each other's place.
const slips = asked => asked.length < 4 || asked.length > 32 ? 0 : asked.length < 8 ? 1 : 2;

function distance(asked, name) {
  let before = [], above = [...name].map((_, j) => j).concat(name.length), row = [];
  for (let i = 1; i <= asked.length; i++) {
    row = [i];
    for (let j = 1; j <= name.length; j++) {
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (asked[i - 1] === name[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && asked[i - 1] === name[j - 2] && asked[i - 2] === name[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, above] = [above, row];
  }
  return Math.min(...above);
}

function nearlyMatch({ words, letters, aliases }, asked) {
  const close = words => words.some(word => distance(asked, word.slice(0, 32)) <= slips(asked));
  if (close([...words, letters])) return { near: nearly };
  const also = aliases.find(({ words }) => close(words));
  if (also) return { near: nearly, also };
}

const grades = { Spike: 0, Elevated: 1 };
function find(text) {
  const asked = beginnings(text)[0] ?? plain(text);
  const levels = new Map([...document.querySelectorAll('#down li[data-key]')].map(row => [row.dataset.key, row.dataset.level]));
  const by = match => services.map(service => ({ service, level: levels.get(service.key), ...match(service, asked) })).filter(hit => hit.near !== undefined);
  const exact = by(match), hits = exact.length > 0 || slips(asked) === 0 ? exact : by(nearlyMatch);
  return hits.sort((a, b) => Math.min(a.near, 2) - Math.min(b.near, 2) || (a.near >= inside) - (b.near >= inside)
    || (grades[a.level] ?? 2) - (grades[b.level] ?? 2) || a.near - b.near || a.service.name.localeCompare(b.service.name));
}

function option({ service, level, also }, i) {
  const item = Object.assign(document.createElement('li'), { id: `found-${i}`, role: 'option' });
  const name = Object.assign(document.createElement('span'), { textContent: service.label });
  if (also) name.append(' ', Object.assign(document.createElement('small'), { textContent: also.label }));
  item.append(name);
  if (level) {
    const tag = Object.assign(document.createElement('span'), { className: 'level' }), mark = Object.assign(document.createElement('span'), { className: 'mark' });
    tag.dataset.level = level;
    tag.append(mark, say(`level.${level}`));
    item.append(tag);
  }
  return item;
}

function show() {
  const asked = input.value.trim(), hits = asked ? find(asked) : [];
  found = hits.slice(0, shownAtMost);
  list.replaceChildren(...found.map(option));
  open(found.length > 0);
  choose(found.length > 0 ? 0 : -1);
  // What the list shows need only be said.
  status.classList.toggle('unseen', found.length > 0);
  setText(status, !asked ? '' : hits.length === 0 ? say('front.noMatch', { q: asked })
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
