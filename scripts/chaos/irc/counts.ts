/** One line as it arrived: whose it is, and which of his. */
export interface Heard {
  readonly voice: string;
  readonly number: number;
  readonly copies?: number;
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

/** What is wrong with a count, when so many at most may have come twice. */
export function faults(
  { lost, doubled, misordered }: Count,
  most: { readonly what: string; readonly doubled: number },
): string[] {
  return [
    ...(lost > 0 ? [`${most.what}: ${lost} lost`] : []),
    ...(doubled > most.doubled
      ? [`${most.what}: ${doubled} doubled, at most ${most.doubled}`]
      : []),
    ...(misordered > 0 ? [`${most.what}: ${misordered} out of order`] : []),
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
