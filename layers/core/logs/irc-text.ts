import type { LogRecord } from '#contract/log-record.ts';
import type { Found, Parser } from './found.ts';
import { type Line, LineSplitter } from './lines.ts';
import { decode, safeText } from './text.ts';
import { type Clock, isDate, type LocalTime, wallSeconds } from './time.ts';

/** The day that a file's name or folder names: `2005-02-08.txt`, `20050208.log`, `20251021/full.txt`. */
export type NamedDay = Pick<LocalTime, 'year' | 'month' | 'day'>;

const DATE = /(?<!\d)(\d{4})(-?)(\d{2})\2(\d{2})(?!\d)/g;

/** The last date in `name`; a sentence when there is none, or none such in the calendar. */
export function dayInName(name: string): NamedDay | string {
  const match = [...name.matchAll(DATE)].at(-1);
  if (match === undefined) {
    return 'the name holds no date; name IRC text logs YYYY-MM-DD or YYYYMMDD';
  }
  const [year = 0, month = 0, day = 0] = [match[1], match[3], match[4]].map(Number);
  const named = { year, month, day };
  return isDate(named) ? named : `the name's date ${match[0]} does not exist`;
}

/** How a line says something; `(nick/#channel)` is speech that the logging client had sent elsewhere. */
const FORMS: readonly (readonly [LogRecord['kind'], RegExp])[] = [
  ['message', /^<[ @+%&~!]?([^>\s][^>]*)>(?: (.*))?$/s],
  ['action', /^ ?\* (\S+)(?: (.*))?$/s],
  ['notice', /^-([^-:\s][^:\s]*)(?::[^\s]+)?-(?: (.*))?$/s],
  ['message', /^\(([^\s/()]+)\/[^\s)]+\)(?: (.*))?$/s],
];
const TIMED =
  /^(?:\[(?=[^\]]*\] )|(?=\d\d:\d\d))([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?\]? (.*)$/s;
/** weechat: `2005-02-08 09:14:00<TAB>nick<TAB>text`; of an action the nick stands in the text. */
const WEECHAT =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d) (?<time>\d\d:\d\d:\d\d)\t(?<nick>[^\t]*)\t(?<said>.*)$/s;
/** Who speaks in weechat's own lines. */
const REMARKS = ['', '--', '-->', '<--', '=!='];
/** irssi: `--- Log opened Tue Feb 08 09:00:00 2005`, `--- Day changed Wed Feb 09 2005`. */
const NEW_DAY =
  /^--- (?:Log opened|Day changed) \w{3} ([A-Z][a-z]{2}) (\d\d) (?:\d\d:\d\d:\d\d )?(\d{4})$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Joins, parts, modes, topics and a client's own remarks, with or without a time. */
const NOT_SPEECH = /^(?:===|\*\*\*|-!-|---|-->|<--)/;

/**
 * IRC logs as text (irclogs.ubuntu.com, ZNC, irssi, weechat). The day is the one that the name holds, until a line says another;
 * `day` is undefined when only lines do.
 */
export class IrcTextParser implements Parser {
  readonly #lines = new LineSplitter((line) => {
    this.#line(line);
  });
  #day: NamedDay | undefined;
  readonly #clock: Clock;
  readonly #found: Found;

  constructor(day: NamedDay | undefined, clock: Clock, found: Found) {
    this.#day = day;
    this.#clock = clock;
    this.#found = found;
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  end(): void {
    this.#lines.end();
  }

  #line(line: Line): void {
    if (line.isTooLong) {
      this.#quarantine(line, 'the line is longer than 1 MiB');
      return;
    }
    const decoded = decode(line.bytes);
    if (decoded.reencoded) this.#found.reencoded();
    const text = this.#dated(decoded.text);
    const timed = TIMED.exec(text);
    const said = timed?.[4] ?? text;
    if (said.trim() === '' || NOT_SPEECH.test(said)) this.#found.notMessage();
    else if (timed === null) this.#quarantine(line, 'the line has no time [HH:MM] or [HH:MM:SS]');
    else this.#said(line, timed, said);
  }

  /** Notes the day that a line says, and gives the line as if its name had said it. */
  #dated(text: string): string {
    const changed = NEW_DAY.exec(text);
    if (changed !== null) {
      const [, month = '', day, year] = changed;
      this.#turn({ year: Number(year), month: MONTHS.indexOf(month) + 1, day: Number(day) });
      return text;
    }
    const weechat = WEECHAT.exec(text);
    if (weechat === null) return text;
    const { year, month, day, time = '', nick = '', said = '' } = weechat.groups ?? {};
    this.#turn({ year: Number(year), month: Number(month), day: Number(day) });
    const by = nick.trim();
    if (REMARKS.includes(by)) return `[${time}] --- ${said}`;
    return by === '*' ? `[${time}] * ${said}` : `[${time}] <${by}> ${said}`;
  }

  #turn(day: NamedDay): void {
    this.#day = isDate(day) ? day : undefined;
  }

  #said(line: Line, timed: RegExpExecArray, said: string): void {
    for (const [kind, form] of FORMS) {
      const match = form.exec(said);
      if (match !== null && this.#day !== undefined) {
        this.#utter(this.#day, timed, { kind, user: match[1] ?? '', text: match[2] ?? '' });
        return;
      }
    }
    this.#quarantine(
      line,
      this.#day === undefined
        ? 'no line before it, nor the name, says which day it is'
        : 'the line is no message, action or notice in a known form',
    );
  }

  #utter(day: NamedDay, timed: RegExpExecArray, what: Omit<LogRecord, 'ts'>): void {
    const { kind } = what;
    const [user, said] = [safeText(what.user), safeText(what.text)];
    // `<nick>` and nothing after it: nobody can quote what was not said
    if (said.text.trim() === '') {
      this.#found.notMessage();
      return;
    }
    if (said.cut || user.cut) this.#found.cut();
    const [hour = 0, minute = 0, second = 0] = timed
      .slice(1, 4)
      .map((digits) => Number(digits || 0));
    const wall = wallSeconds({ ...day, hour, minute, second });
    if (wall === undefined) throw new Error('A day of the calendar lacks a time of the clock.');
    const seconds = this.#clock(wall);
    this.#found.message({ seconds, user: user.text.trim(), text: said.text, kind });
  }

  #quarantine(line: Line, reason: string): void {
    this.#found.quarantined({ offset: line.offset, line: line.number, reason, bytes: line.bytes });
  }
}
