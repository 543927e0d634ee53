/** One line as it arrived: whose it is, and which of his. */
export interface Heard {
  readonly voice: string;
  readonly number: number;
  readonly copies?: number;
  /** When, by performance.now(). */
  readonly at?: number;
}

export interface Count {
  readonly sent: number;
  /** How many different ones of them arrived. */
  readonly delivered: number;
  readonly lost: number;
  /** Arrivals beyond the first. */
  readonly doubled: number;
  /** First arrivals that came after a later line of the same voice. */
  readonly misordered: number;
}

/** Holds what arrived against what each voice said: lines 0 to its number, less one. */
export function countByVoice(heard: readonly Heard[], wanted: ReadonlyMap<string, number>): Count {
  let [delivered, misordered] = [0, 0];
  for (const [voice, count] of wanted) {
    const numbers = heard.filter((one) => one.voice === voice).map(({ number }) => number);
    const first = new Set(numbers.filter((number) => number >= 0 && number < count));
    delivered += first.size;
    misordered += outOfOrder([...first]);
  }
  const sent = [...wanted.values()].reduce((sum, count) => sum + count, 0);
  const known = heard.filter(({ voice }) => wanted.has(voice)).length;
  return { sent, delivered, lost: sent - delivered, doubled: known - delivered, misordered };
}

function outOfOrder(numbers: readonly number[]): number {
  let highest = -1;
  let count = 0;
  for (const number of numbers) {
    if (number < highest) count += 1;
    highest = Math.max(highest, number);
  }
  return count;
}

export const CALL_EVERY = 10;

/** How many of so many lines call an agent: every tenth, from `index` on. */
export function notesOf(said: number, index: number): number {
  return Math.ceil((said - index) / CALL_EVERY);
}

/** Notes are numbered with gaps, and lie in the order of their times: only their number is compared. */
export function countNotes(heard: readonly Heard[], wanted: ReadonlyMap<string, number>): Count {
  const sent = [...wanted.values()].reduce((sum, count) => sum + count, 0);
  const different = new Set(heard.map(({ voice, number }) => `${voice} ${number}`)).size;
  return {
    sent,
    delivered: different,
    lost: sent - different,
    doubled: heard.length - different,
    misordered: 0,
  };
}

/**
 * How many repeated arrivals are a kill's doing, when each kill may make each voice say one line again: those that can be given a kill
 * of their own that came before them. `heard` is in the order of its times, and so are `kills`.
 */
export function excused(heard: readonly Heard[], kills: readonly number[]): number {
  const seen = new Set<string>();
  const byVoice = new Map<string, number>();
  for (const { voice, number, at = 0 } of heard) {
    const line = `${voice} ${number}`;
    const used = byVoice.get(voice) ?? 0;
    const isLate = kills.filter((kill) => kill < at).length > used;
    if (seen.has(line) && isLate) byVoice.set(voice, used + 1);
    seen.add(line);
  }
  return [...byVoice.values()].reduce((sum, count) => sum + count, 0);
}

/** What is wrong with a count, when so many of its doubled ones are a kill's doing. */
export function faults(
  { lost, doubled, misordered }: Count,
  { what, excused: some }: { readonly what: string; readonly excused: number },
): string[] {
  const because = some > 0 ? `, of which a kill accounts for ${some}` : '';
  return [
    ...(lost > 0 ? [`${what}: ${lost} lost`] : []),
    ...(doubled > some ? [`${what}: ${doubled} doubled${because}`] : []),
    ...(misordered > 0 ? [`${what}: ${misordered} out of order`] : []),
  ];
}

/** How often each line stands there. */
export function copiesIn(body: string): Map<string, number> {
  const copies = new Map<string, number>();
  for (const line of body.split('\n').filter((text) => text !== ''))
    copies.set(line, (copies.get(line) ?? 0) + 1);
  return copies;
}

export function readText(text: string): Heard {
  const [, voice = text, digits = '-1'] = /(?:in|out) (\S+) (\d+)$/.exec(text) ?? [];
  return { voice, number: Number(digits) };
}
