// Sends the report as JSON and says at once what became of it; without this script the form posts itself.
import { say, reports } from './words.js';
import { setText } from './dom.js';

const form = document.querySelector('#report form');
const place = form.querySelector('.outcome');
const button = form.querySelector('button');
const service = document.querySelector('[data-service]').dataset.service;

function show(outcome, sentence) {
  place.dataset.outcome = outcome;
  setText(place, sentence);
}

async function told(answer) {
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) {
    show(body.outcome, say(`outcome.${body.outcome}`, { name: form.dataset.name, reports: reports(body.reports15m) }));
    document.dispatchEvent(new Event('reported'));
    return;
  }
  const problem = [body.title, body.detail].filter(Boolean).join(': ') || `${answer.status} ${answer.statusText}`;
  const wait = Number(answer.headers.get('retry-after'));
  show('refused', [say('outcome.refused', { problem }), wait > 0 && say('outcome.retry', { n: wait })].filter(Boolean).join(' '));
}

form.addEventListener('submit', async submit => {
  submit.preventDefault();
  if (button.ariaDisabled === 'true') return;
  // Not `disabled`: the button keeps the focus.
  button.ariaDisabled = 'true';
  show('sending', say('outcome.sending'));
  const { symptom, region } = Object.fromEntries(new FormData(form));
  try {
    await told(await fetch(`/v1/services/${service}/reports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ symptom, ...(region && { region }) }),
      signal: AbortSignal.timeout(10000),
    }));
  } catch {
    show('refused', say('outcome.unreachable'));
  }
  button.ariaDisabled = null;
});
