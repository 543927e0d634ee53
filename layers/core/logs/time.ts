/** A wall clock without a zone. `month` is 1-12. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Turns a wall clock of one IANA zone into `YYYY-MM-DDTHH:MM:SSZ`. */
export type Clock = (local: LocalTime) => string;

const MINUTE = 60_000;

/**
 * A clock for `zone`; throws RangeError for a zone that does not exist. Where clocks are set back, an hour's first pass is
 * meant; where they are set forward, a time in the gap is moved on by the gap's length.
 */
export function clockOf(zone: string): Clock {
  const offsetAt = offsetsOf(zone);
  return (local) => {
    const { year, month, day, hour, minute, second } = local;
    const wall = Date.UTC(year, month - 1, day, hour, minute, second);
    // the offsets in force before and after any change near this wall clock
    const [before, after] = [offsetAt(wall - 1440 * MINUTE), offsetAt(wall + 1440 * MINUTE)];
    const first = wall - before;
    const instant = before === after || offsetAt(first) === before ? first : wall - after;
    const isInGap = offsetAt(instant) !== wall - instant;
    return isoSeconds(isInGap ? first : instant);
  };
}

/** `2005-02-30` and its like are no dates. */
export function isDate({ year, month, day }: Pick<LocalTime, 'year' | 'month' | 'day'>): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

/** ISO 8601 to the second, in UTC. Without a zone it is a wall clock. Undefined when there is no such time. */
export function parseTimestamp(text: string, clock: Clock): string | undefined {
  const [, date, time, zone] = TIMESTAMP.exec(text) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const local = localTime(date, time);
  if (local === undefined) return undefined;
  if (zone === undefined) return clock(local);
  return zone === 'Z'
    ? `${date}T${time}Z`
    : isoSeconds(Date.parse(`${date}T${time}Z`) - east(zone));
}

function localTime(date: string, time: string): LocalTime | undefined {
  const local = {
    year: Number(date.slice(0, 4)),
    month: Number(date.slice(5, 7)),
    day: Number(date.slice(8)),
    hour: Number(time.slice(0, 2)),
    minute: Number(time.slice(3, 5)),
    second: Number(time.slice(6)),
  };
  const isTime = local.hour < 24 && local.minute < 60 && local.second < 60;
  return isTime && isDate(local) ? local : undefined;
}

/** Milliseconds east of UTC of `+05:30` or `-0500`. */
function east(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -1 : 1) * minutes * MINUTE;
}

function isoSeconds(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** Milliseconds by which the zone's wall clock is ahead of UTC at an instant; asked of ICU once per quarter of an hour. */
function offsetsOf(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  if (zone === 'UTC') return () => 0;
  const known = new Map<number, number>();
  return (instant) => {
    const quarter = Math.floor(instant / (15 * MINUTE));
    const cached = known.get(quarter);
    if (cached !== undefined) return cached;
    const offset = offsetOf(format, quarter * 15 * MINUTE);
    if (known.size > 100_000) known.clear();
    known.set(quarter, offset);
    return offset;
  };
}

function offsetOf(format: Intl.DateTimeFormat, instant: number): number {
  const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value;
  const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name ?? '');
  if (match === null) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return (match[1] === '-' ? -1 : 1) * seconds * 1000;
}
