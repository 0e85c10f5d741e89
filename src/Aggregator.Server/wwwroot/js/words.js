// The templates that the page carries, filled as Wording.cs fills them; numbers and times as people read them.
const read = id => JSON.parse(document.getElementById(id)?.textContent ?? '{}');

export const sentences = read('words');

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const articled = new RegExp(sentences['region.article']);

export const say = (key, values = {}) =>
  (sentences[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

export const number = count => whole.format(count);
// What cannot be seen is no zero.
export const counted = count => count == null ? '–' : number(count);
export const usual = expected => expected == null ? '–' : (expected < 9.95 ? tenth : whole).format(expected);
export const reports = count => say(count === 1 ? 'reports.one' : 'reports.many', { n: number(count) });
export const usually = expected => say('usual', { n: usual(expected) });
export const evidence = ({ region: code, sentence }, name) => code === 'ALL' ? sentence : say('evidence.in', { region: region(code, name), sentence });
// A row among many of one service: how often chance does the same is said once, above.
export const shortly = ({ sentence, chance }) => chance ? sentence.replace(say('why.chance', { once: chance.text }), '') : sentence;
export const reason = word => say(`reason.${word}`);
export const symptom = key => {
  const text = key.replaceAll('-', ' ');
  return sentences[`symptom.${key}`] ?? text.charAt(0).toUpperCase() + text.slice(1);
};
export const region = (code, name) => sentences[`region.${code}`] ?? name ?? code;

export function joined(names, noun) {
  const [a, b, c] = names;
  switch (names.length) {
    case 1: return a;
    case 2: return say('list.two', { a, b });
    case 3: return say('list.three', { a, b, c });
    default: return say('list.many', { a, b, n: number(names.length - 2), noun });
  }
}

export const inSentence = (code, name) => code === 'ZZ' ? say('region.ZZ.in') : articled.test(name) ? `the ${name}` : name;

export function status(service, regions) {
  const there = regions.filter(r => r.level === service.level && r.region !== 'ALL');
  const troubled = service.level === 'Spike' || service.level === 'Elevated';
  const where = troubled && there.length > 0 ? say('where', { regions: joined(there.map(r => inSentence(r.region, r.name)), 'regions') })
    : service.level === 'Spike' ? say('where.spread') : '';
  return say(statusOf({ level: service.level, reason: service.level === 'Spike' && eases(service.evidence) ? 'Easing' : service.reason }, there), { name: service.name, where });
}

const eases = ({ reason, observed, usual: range }) => reason === 'Easing' || (range && observed <= range.high);

function statusOf({ level, reason }, there) {
  const easing = level === 'Spike' && reason !== 'FarAboveUsual'
    && there.every(r => eases(r.evidence)) && (there.length > 0 || reason === 'Easing');
  if (easing) return 'status.Easing';
  if (level === 'Normal' && reason === 'BelowFloor') return 'status.Quiet';
  if (level === 'Normal' && reason === 'NoBaselineYet') return 'status.New';
  return `status.${level}`;
}

export const blindness = (unseen, of) =>
  unseen === 0 ? '' : unseen === of ? say('banner.blind') : say('banner.partlyBlind', { n: number(unseen) });

/** A moment on an axis: the time of day, or the day where the axis is long. */
export const tick = (at, days) => days ? at.toLocaleDateString(undefined, { day: 'numeric', month: 'short' }) : at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });

// The reader's own time of day; with the date where it is not today's.
export function time(at, seconds = false) {
  const today = at.toDateString() === new Date().toDateString();
  return at.toLocaleString(undefined, {
    hour: '2-digit', minute: '2-digit', ...(seconds && { second: '2-digit' }), ...(!today && { day: 'numeric', month: 'short' }),
  });
}
