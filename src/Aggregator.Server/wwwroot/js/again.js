// A part of a page that is kept current: the page is asked for again, and that part taken from it.
import { localise } from './dom.js';

const part = document.querySelector('[data-again]');
const away = document.getElementById('away');
let failures = 0;

localise(document);

async function again() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store', signal: AbortSignal.timeout(8000) });
      // Signed out meanwhile: the sign-in page is none to take a part from.
      if (answer.redirected) { location.reload(); return; }
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      // A service that is gone, or is there again, is no failure.
      const fresh = (answer.ok || answer.status === 404) && page.getElementById(part.id);
      if (!fresh) throw new Error(`${answer.status}`);
      localise(page);
      part.replaceChildren(...fresh.childNodes);
      failures = 0;
    } catch {
      failures++;
    }
    // One lost answer is no news.
    if (away) away.hidden = failures < 2;
  }
  setTimeout(again, part.dataset.again * 1000 * 2 ** Math.min(failures, 3));
}

setTimeout(again, part.dataset.again * 1000);
