// Changing what is on the page without rebuilding it: only what differs is touched.
import { say, time, tick } from './words.js';

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

// What the server wrote for everybody, as its reader writes it: the moments, and the numbers and moments in its sentences.
export function localise(root) {
  for (const element of root.querySelectorAll('time[datetime]')) setTime(element, element.dateTime);
  for (const element of root.querySelectorAll('[data-said]')) element.replaceChildren(...retell(element.textContent, new Date(element.dataset.said)));
  for (const element of root.querySelectorAll('text[data-at]')) setText(element, tick(new Date(element.dataset.at), element.dataset.days !== undefined));
}

/** The same for a sentence that came later. */
export function setSaid(element, sentence, at) {
  if (!element || element.dataset.told === sentence) return;
  element.dataset.told = sentence;
  element.replaceChildren(...retell(sentence, new Date(at)));
}

// "1,234 reports ..., since about 9 Mar 23:50 UTC": a moment without a date is of the day it was said on.
function* retell(sentence, at) {
  let told = 0;
  for (const found of sentence.matchAll(/(?:(\d{1,2} [A-Z][a-z]{2}) )?(\d\d:\d\d) UTC|\d{1,3}(?:,\d{3})+|\d+\.\d+/g)) {
    yield sentence.slice(told, found.index);
    told = found.index + found[0].length;
    const [text, date, clock] = found;
    if (!clock) { yield Number(text.replaceAll(',', '')).toLocaleString(); continue; }
    const moment = new Date(`${date ?? `${at.getUTCDate()} ${at.toLocaleString('en', { month: 'short', timeZone: 'UTC' })}`} ${at.getUTCFullYear()} ${clock} UTC`);
    if (moment > at && date) moment.setUTCFullYear(at.getUTCFullYear() - 1);
    const element = document.createElement('time');
    setTime(element, moment);
    yield element;
  }
  yield sentence.slice(told);
}

// Makes one element what another is, keeping the nodes that stay: by their key where they have one, else by their place.
export function become(element, other) {
  for (const { name } of [...element.attributes]) if (!other.hasAttribute(name) && !own.has(name)) element.removeAttribute(name);
  for (const { name, value } of other.attributes) if (!own.has(name) && element.getAttribute(name) !== value) element.setAttribute(name, value);
  const focused = document.activeElement, kept = new Set();
  const keyed = new Map([...element.children].map(child => [keyOf(child), child]));
  let place = element.firstChild;
  for (const next of [...other.childNodes]) {
    const key = keyOf(next);
    const same = key ? keyed.get(key) : place && !keyOf(place) && place.nodeName === next.nodeName ? place : undefined;
    const node = same ?? document.importNode(next, true);
    if (node === place) place = place.nextSibling;
    else element.insertBefore(node, place);
    kept.add(node);
    if (same?.nodeType === Node.ELEMENT_NODE) become(same, next);
    else if (same && same.nodeValue !== next.nodeValue) same.nodeValue = next.nodeValue;
  }
  for (const child of [...element.childNodes]) if (!kept.has(child)) child.remove();
  // Moving a node takes the focus from what is in it.
  if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
}

// What the reader has opened, and how the keyboard walks, is not the server's to say.
const own = new Set(['open', 'tabindex']);
const keyOf = node => node.id || node.dataset?.key || undefined;

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
