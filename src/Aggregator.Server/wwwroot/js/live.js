// Asks again and again, politely: with the ETag of the last answer, more slowly while the server is away, not at all in a hidden tab.
import { say } from './words.js';
import { setText, setTime, localiseTimes } from './dom.js';

const banner = document.getElementById('banner');
const updated = document.querySelector('[data-f="updated"]');
const failing = new Set();
let blind = banner?.textContent ?? '';
let skew = 0;

document.documentElement.classList.add('js');
localiseTimes();

/** The server's clock as far as its last answer told: the reader's own may be wrong. */
export const serverNow = () => new Date(Date.now() + skew);

/** Says that levels are unknown (or, with an empty text, that they are not). */
export function sayBlind(text) {
  blind = text;
  showBanner();
}

function showBanner() {
  setText(banner, failing.size > 0 ? say('banner.unreachable') : blind);
  banner.classList.toggle('away', failing.size > 0);
}

/** Calls `heard` with each new answer of `url()` (or null to ask nothing), every `seconds`. Returns a function that asks at once. */
export function poll(url, seconds, heard) {
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
      if (!answer.ok && answer.status !== 304) throw new Error(`${answer.status} from ${address}`);
      const date = Date.parse(answer.headers.get('date'));
      if (date) skew = date - Date.now();
      if (answer.status !== 304) body = await answer.json();
      [etag, asked, failures] = [answer.headers.get('etag') ?? undefined, address, 0];
      failing.delete(pathOf(address));
      setTime(updated, serverNow());
    } catch {
      failures++;
      etag = undefined;
      // One lost answer is no news.
      if (failures >= 2) failing.add(pathOf(address));
    }
    running = false;
    timer = setTimeout(ask, again ? 0 : Math.min(15, seconds * 2 ** Math.min(failures, 3)) * 1000);
    again = false;
    showBanner();
    // A choice may have changed meanwhile; then the answer is no longer wanted.
    if (body && address === url()) heard(body);
  }

  document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
  timer = setTimeout(ask, 300);
  return ask;
}

const pathOf = address => address.split('?')[0];
