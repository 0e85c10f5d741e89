// Changing what is on the page without rebuilding it: only what differs is touched.
import { say, number, time } from './words.js';

export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

export function setHidden(element, hidden) {
  if (element && element.hidden !== hidden) element.hidden = hidden;
}

export const field = (root, name) => root.querySelector(`[data-f="${name}"]`);

export function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) setText(field(root, name), text);
}

export function setLevel(root, level) {
  root.dataset.level = level;
  const tag = root.querySelector('.level');
  tag.dataset.level = level;
  setText(field(tag, 'level'), say(`level.${level}`));
}

export function setTime(element, at) {
  if (!element) return;
  const moment = new Date(at);
  element.dateTime = moment.toISOString();
  element.title = moment.toISOString().slice(0, 19).replace('T', ' ') + ' UTC';
  setText(element, time(moment, element.dataset.seconds !== undefined));
}

export function localiseTimes(root = document) {
  for (const element of root.querySelectorAll('time[datetime]')) setTime(element, element.dateTime);
}

// Moving a node takes the focus from what is in it; this gives it back.
export function keepingFocus(work) {
  const focused = document.activeElement;
  work();
  if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
}

// Makes the children of a list those of the items, in their order, keeping the nodes of those that stay.
export function reconcile(list, items, keyOf, make, update) {
  const wanted = new Set(items.map(keyOf));
  for (const child of [...list.children]) if (!wanted.has(child.dataset.key)) child.remove();
  const present = new Map([...list.children].map(child => [child.dataset.key, child]));
  items.forEach((item, i) => {
    const key = keyOf(item);
    const node = present.get(key) ?? make(item);
    node.dataset.key = key;
    update(node, item);
    if (list.children[i] !== node) list.insertBefore(node, list.children[i] ?? null);
  });
}

export const copy = (template, selector) =>
  document.getElementById(template).content.querySelector(selector).cloneNode(true);

// The same arithmetic as Sparkline.razor.
export function drawSpark(svg, values, expected) {
  const peak = Math.max(0, ...values), top = Math.max(peak, 2 * expected, 4);
  const y = value => (46 - 43 * value / top).toFixed(1);
  const line = values.length < 2 ? '' : 'M' + values.map((v, i) => `${(240 * i / (values.length - 1)).toFixed(1)} ${y(v)}`).join('L');
  svg.querySelector('.line').setAttribute('d', line);
  svg.querySelector('.fill').setAttribute('d', line && `${line}L240 48L0 48Z`);
  svg.querySelector('.usual').setAttribute('d', `M0 ${y(expected)}L240 ${y(expected)}`);
  svg.setAttribute('aria-label', say('spark', { n: number(peak) }));
}
