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
