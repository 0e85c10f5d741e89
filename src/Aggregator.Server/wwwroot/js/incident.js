// An incident that goes on: the page as the server draws it anew takes the place of what is there.
import { poll, follow } from './live.js';
import { become, localise } from './dom.js';

const article = document.querySelector('article');

poll(() => location.pathname, 5, html => {
  const news = new DOMParser().parseFromString(html, 'text/html');
  localise(news);
  // Where nobody listens any more, the connection is not the server's to say.
  news.getElementById('sight')?.replaceWith(document.getElementById('sight').cloneNode(true));
  become(article, news.querySelector('article'));
}, 15);
follow(`?service=${article.dataset.service}`);
