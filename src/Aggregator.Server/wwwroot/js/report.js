// Sends the report as JSON and says at once what became of it; without this script the form posts itself.
import { say, reports, inSentence } from './words.js';
import { setText } from './dom.js';

const form = document.querySelector('#report form');
const place = form.querySelector('.outcome');
const buttons = [...form.querySelectorAll('button')];
const region = form.querySelector('#region'), comment = form.querySelector('#comment');
const service = document.querySelector('[data-service]').dataset.service;

const nameOf = code => [...region.options].find(option => option.value === code)?.textContent ?? code;

function show(outcome, sentence) {
  place.dataset.outcome = outcome;
  setText(place, sentence);
}

async function told(answer) {
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) {
    const bare = body.outcome === 'counted' && body.reports15m == null ? '.bare' : '';
    show(body.outcome, say(`outcome.${body.outcome}${bare}`, { region: inSentence(body.region, nameOf(body.region)), reports: reports(body.reports15m) }));
    if (comment) comment.value = '';
    document.dispatchEvent(new Event('reported'));
    return;
  }
  const problem = [body.title, body.detail].filter(Boolean).join(': ') || `${answer.status} ${answer.statusText}`;
  const wait = Number(answer.headers.get('retry-after'));
  show('refused', [say('outcome.refused', { problem }), wait > 0 && say('outcome.retry', { n: wait })].filter(Boolean).join(' '));
}

form.addEventListener('submit', async submit => {
  submit.preventDefault();
  if (buttons[0].ariaDisabled === 'true') return;
  // Not `disabled`: the button keeps the focus.
  for (const button of buttons) button.ariaDisabled = 'true';
  show('sending', say('outcome.sending'));
  const body = Object.fromEntries([...new FormData(form, submit.submitter)].filter(([, value]) => value));
  try {
    await told(await fetch(`/v1/services/${service}/reports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10000),
    }));
  } catch {
    show('refused', say('outcome.unreachable'));
  }
  for (const button of buttons) button.ariaDisabled = null;
});

// Where they are: as they said last, else as their clock is set; the choice stays theirs.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const inZone = code => /^[A-Z]{2}$/.test(code) && new Intl.Locale('und', { region: code }).getTimeZones?.()?.includes(zone);
if (!region.value) {
  const choices = [...region.options].map(option => option.value);
  region.value = choices.find(code => code === localStorage.getItem('region')) ?? choices.find(inZone) ?? '';
}
region.addEventListener('change', () => localStorage.setItem('region', region.value));
