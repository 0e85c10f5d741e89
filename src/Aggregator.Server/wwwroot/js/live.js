// Keeps a page up to date: the stream says when something changed, and what it is now is asked for with the ETag of the last answer.
// Without the stream it is asked again and again; more slowly while the server is away, not at all in a hidden tab.
import { say, time } from './words.js';
import { setText, setTime, localise } from './dom.js';

const banner = document.getElementById('banner');
const updated = document.querySelector('[data-f="updated"]');
const sight = document.getElementById('sight');
const failing = new Set();
const asks = new Set();
let blind = banner?.textContent ?? '';
let skew = 0, seen = updated ? Date.parse(updated.dateTime) : Date.now();
let stream = null, listening = false, following = null;

document.documentElement.classList.add('js');
localise(document);

/** The server's clock as far as its last answer told: the reader's own may be wrong. */
export const serverNow = () => new Date(Date.now() + skew);

/** Whether the server answers; where it does not, what is shown is only what was. */
export const away = () => failing.size > 0;

/** When it last answered. */
export const lastSeen = () => new Date(seen);

/** Says that levels are unknown (or, with an empty text, that they are not). */
export function sayBlind(text) {
  blind = text;
  showSight();
}

function showSight() {
  setText(banner, away() ? say('banner.unreachable', { at: time(lastSeen()) }) : blind);
  banner?.classList.toggle('away', away());
  document.documentElement.classList.toggle('away', away());
  document.dispatchEvent(new Event('sight'));
  setText(sight, say(away() ? 'sight.away' : listening ? 'sight.stream' : 'sight.poll'));
}

/** Calls `heard` with each new answer of `url()` (or null to ask nothing), every `seconds`, or every `told` while the stream tells. Returns a function that asks at once. */
export function poll(url, seconds, heard, told = seconds) {
  let etag, asked, timer, failures = 0, running = false, again = false;

  async function ask() {
    clearTimeout(timer);
    if (running) { again = true; return; }
    if (document.hidden) return;
    running = true;
    const address = url();
    if (address !== asked) etag = undefined;
    let body = null;
    try {
      const answer = await fetch(address, {
        headers: etag ? { 'If-None-Match': etag } : {}, cache: 'no-store', signal: AbortSignal.timeout(8000),
      });
      if (!answer.ok && answer.status !== 304) throw Object.assign(new Error(`${answer.status} from ${address}`), { blind: await isBlind(answer) });
      const date = Date.parse(answer.headers.get('date'));
      if (date) skew = date - Date.now();
      if (answer.status !== 304) body = await (answer.headers.get('content-type')?.includes('json') ? answer.json() : answer.text());
      [etag, asked, failures] = [answer.headers.get('etag') ?? undefined, address, 0];
      failing.delete(pathOf(address));
      seen = serverNow().getTime();
      setTime(updated, seen);
    } catch (error) {
      // One lost answer is no news; one that does not come in all this time is.
      failures += error.name === 'TimeoutError' ? 2 : 1;
      etag = undefined;
      // The server is there, and says itself that it cannot see this part.
      if (error.blind) failing.delete(pathOf(address));
      else if (failures >= 2) failing.add(pathOf(address));
    }
    running = false;
    timer = setTimeout(ask, again ? 0 : failures > 0 ? Math.min(15, seconds * 2 ** Math.min(failures, 3)) * 1000 : (listening ? told : seconds) * 1000);
    again = false;
    showSight();
    // A choice may have changed meanwhile; then the answer is no longer wanted.
    if (body && address === url()) heard(body);
  }

  asks.add(ask);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
  timer = setTimeout(ask, 300);
  return ask;
}

/** Listens to the stream (`query` is its filter, such as `?service=x`), so that what is polled is asked for as soon as it changes. */
export function follow(query = '') {
  following = query;
  listen();
  // A browser opens few connections to one server: those of hidden tabs would starve the one that is read.
  document.addEventListener('visibilitychange', () => document.hidden ? leave() : listen());
  addEventListener('pagehide', leave);
  addEventListener('pageshow', shown => { if (shown.persisted) listen(); });
}

function listen() {
  if (stream || document.hidden) return;
  stream = new EventSource(`/v1/stream${following}`);
  stream.onopen = () => heard(true);
  stream.onerror = () => {
    const refused = stream?.readyState === EventSource.CLOSED;
    heard(false);
    if (!refused) return;
    leave();
    setTimeout(listen, 30_000);
  };
  for (const kind of ['spike', 'incident']) stream.addEventListener(kind, () => {
    askSoon();
    // An answer may have been put together just before the change.
    setTimeout(askSoon, 1000);
  });
}

function leave() {
  stream?.close();
  stream = null;
  heard(false);
}

function heard(open) {
  if (listening === open) return;
  listening = open;
  showSight();
  askSoon();
}

// Not all readers in the same instant, and many changes at once are one.
let soon;
function askSoon() {
  soon ??= setTimeout(() => {
    soon = undefined;
    for (const ask of asks) ask();
  }, 100 + 400 * Math.random());
}

const isBlind = async answer => answer.status === 503 && (await answer.json().catch(() => ({}))).type === 'urn:aggregator:no-sight';
const pathOf = address => address.split('?')[0];
