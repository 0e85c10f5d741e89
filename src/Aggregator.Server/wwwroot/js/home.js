// The front page: what changes comes as the server draws it, and takes the place of what is there.
import { poll, follow, sayBlind, away, lastSeen } from './live.js';
import { say, time } from './words.js';
import { become, localise, setText } from './dom.js';
import { enliven } from './map.js';
import './search.js';

const heading = document.getElementById('front');
const region = new URLSearchParams(location.search).get('region');
const address = region ? `/now?region=${encodeURIComponent(region)}` : '/now';

function heard(html) {
  const news = new DOMParser().parseFromString(html, 'text/html');
  localise(news);
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = news.getElementById(part.id);
    if (next) become(part, next);
  }
  sayBlind(news.getElementById('banner').textContent);
  enliven();
}

enliven();
poll(() => address, 2, heard, 10);
follow();

// While nobody answers, the heading claims nothing about now; the next answer writes it anew.
document.addEventListener('sight', () => { if (away()) setText(heading, say('front.away', { at: time(lastSeen()) })); });
