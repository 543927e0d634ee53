/** A wall clock without a zone. `month` is 1-12. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Turns the wall clock of one IANA zone into an instant. Both are seconds since 1970, the wall clock read as if it were UTC. */
export type Clock = (wall: number) => number;

export const DAY_SECONDS = 86_400;
const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;
const QUARTER = 900;

/**
 * A clock for `zone`; throws RangeError for a zone that does not exist. Where clocks are set back, an hour's first pass is
 * meant; where they are set forward, a time in the gap is moved on by the gap's length.
 */
export function clockOf(zone: string): Clock {
  const offsetAt = offsetsOf(zone);
  let lastQuarter = Number.NaN;
  let shift = 0;
  return (wall) => {
    const quarter = Math.floor(wall / QUARTER);
    if (quarter !== lastQuarter) {
      lastQuarter = quarter;
      shift = shiftAt(quarter * QUARTER, offsetAt);
    }
    return wall + shift;
  };
}

/** The wall clock of `zone` at an instant: the other way round. Throws RangeError for a zone that does not exist. */
export function wallClockOf(zone: string): (instant: number) => number {
  const offsetAt = offsetsOf(zone);
  return (instant) => instant + offsetAt(instant);
}

function shiftAt(wall: number, offsetAt: (instant: number) => number): number {
  // the offsets in force before and after any change near this wall clock
  const [before, after] = [offsetAt(wall - DAY_SECONDS), offsetAt(wall + DAY_SECONDS)];
  const first = wall - before;
  const instant = before === after || offsetAt(first) === before ? first : wall - after;
  const isInGap = offsetAt(instant) !== wall - instant;
  return (isInGap ? first : instant) - wall;
}

/** `2005-02-30` and its like are no dates, nor are days before 1970 or after 2199: no chat is so old, and none will be so late. */
export function isDate({ year, month, day }: Pick<LocalTime, 'year' | 'month' | 'day'>): boolean {
  if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12) return false;
  return day >= 1 && day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 to a date that `isDate` accepts. */
export function dayNumber({ year, month, day }: Pick<LocalTime, 'year' | 'month' | 'day'>): number {
  return Date.UTC(year, month - 1, day) / (DAY_SECONDS * 1000);
}

/** Seconds since 1970 of a wall clock read as if it were UTC; undefined when no calendar or clock shows it. */
export function wallSeconds(local: LocalTime): number | undefined {
  if (!isDate(local) || local.hour > 23 || local.minute > 59 || local.second > 59) return undefined;
  return dayNumber(local) * DAY_SECONDS + local.hour * 3600 + local.minute * 60 + local.second;
}

const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:?\d\d)?$/;

/** Seconds since 1970 of an ISO 8601 time. Without a zone it is a wall clock. Undefined when there is no such time. */
export function parseTimestamp(text: string, clock: Clock): number | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const wall = wallSeconds(localTime(match.slice(1, 7).map(Number)));
  const zone = match[7];
  if (wall === undefined || zone === 'Z') return wall;
  return zone === undefined ? clock(wall) : wall - east(zone);
}

/** From numbers in the order of ISO 8601. */
export function localTime(numbers: readonly number[]): LocalTime {
  const part = (index: number): number => numbers[index] ?? 0;
  const [year, month, day] = [part(0), part(1), part(2)];
  return { year, month, day, hour: part(3), minute: part(4), second: part(5) };
}

/** Seconds east of UTC of `+05:30` or `-0500`. */
function east(zone: string): number {
  const seconds = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60;
  return zone.startsWith('-') ? -seconds : seconds;
}

/** `YYYY-MM-DDTHH:MM:SSZ` */
export function isoSeconds(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** `YYYY-MM-DD` of a number of days since 1970. */
export function dayName(day: number): string {
  return isoSeconds(day * DAY_SECONDS).slice(0, 10);
}

/** Days since 1970 of `YYYY-MM-DD`. */
export function dayOfName(name: string): number {
  return Date.parse(name) / (DAY_SECONDS * 1000);
}

/** Seconds by which the zone's wall clock is ahead of UTC at an instant; asked of ICU once per quarter of an hour. */
function offsetsOf(zone: string): (instant: number) => number {
  if (zone === 'UTC') return () => 0;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const known = new Map<number, number>();
  return (instant) => {
    const quarter = Math.floor(instant / QUARTER);
    const cached = known.get(quarter);
    if (cached !== undefined) return cached;
    const offset = offsetOf(format, quarter * QUARTER * 1000);
    if (known.size > 10_000) known.clear();
    known.set(quarter, offset);
    return offset;
  };
}

function offsetOf(format: Intl.DateTimeFormat, instant: number): number {
  const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value;
  const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name ?? '');
  if (match === null) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return match[1] === '-' ? -seconds : seconds;
}
