import type { Message } from 'irc-framework';
import { describe, expect, it } from 'vitest';
import { Delivery, type Talents } from '#adapters/irc/delivery.ts';

const PLAIN: Talents = { hasEcho: false, hasLabels: false };
const ECHO: Talents = { hasEcho: true, hasLabels: false };
const LABELS: Talents = { hasEcho: true, hasLabels: true };
/** Longer than any test: what is to happen sooner happens because of an answer. */
const LONG_MS = 600_000;

/** `@label=x :nick!user@host COMMAND param :last`, as irc-framework reads it. */
function said(line: string): Message {
  const [, tags = '', nick = '', command = '', rest = ''] =
    /^(?:@(\S+) )?:(\S+?)(?:!\S*)? (\S+) ?(.*)$/.exec(line) ?? [];
  const [middle = '', last] = rest.split(/ ?:(.*)/s);
  const words = middle.split(' ').filter((word) => word !== '');
  return {
    ...{ command, nick, ident: '', hostname: '' },
    params: last === undefined ? words : [...words, last],
    tags: Object.fromEntries(tags.split(';').map((tag) => tag.split('=', 2))) as Message['tags'],
  };
}

/** Says "hi" in #a, gives the server's answers, and tells what became of it and what was written. */
async function saying(
  talents: Talents,
  answers: readonly string[],
  patience = { echo: LONG_MS, pong: LONG_MS },
) {
  const written: string[] = [];
  const delivery = new Delivery((line) => written.push(line), patience);
  const outcome = delivery.say('#a', 'hi', talents).then(
    () => 'taken',
    (error: unknown) => String(error),
  );
  for (const answer of answers) {
    const message = said(answer);
    delivery.onMessage(message, message.nick === 'kk-x');
  }
  const open = new Promise<string>((resolve) => setImmediate(resolve, 'open'));
  const result = patience.echo === LONG_MS ? await Promise.race([outcome, open]) : await outcome;
  return { result, written };
}

describe('a line is taken', () => {
  it.each([
    ['when its label comes back', LABELS, ['@label=viva-1 :kk-x!x@h PRIVMSG #a :changed']],
    ['when its label is acknowledged', LABELS, ['@label=viva-1 :s ACK']],
    [
      'when its labelled batch brings it back',
      LABELS,
      ['@label=viva-1 :s BATCH +b labeled-response', '@batch=b :kk-x!x@h PRIVMSG #a :hi'],
    ],
    ['when its echo comes back', ECHO, [':kk-x!x@h PRIVMSG #A :hi']],
    ['when the PING behind it is answered', PLAIN, [':s PONG s :viva-1']],
  ])('%s', async (_, talents, answers) => {
    const { result, written } = await saying(talents, answers);
    expect(result).toBe('taken');
    const line = `${talents.hasLabels ? '@label=viva-1 ' : ''}PRIVMSG #a :hi`;
    expect(written).toEqual([line, ...(talents.hasEcho ? [] : ['PING viva-1'])]);
  });

  it('is asked after when its echo does not come, and lost when that is not answered either', async () => {
    const { result, written } = await saying(ECHO, [], { echo: 1, pong: 1 });
    expect(written).toEqual(['PRIVMSG #a :hi', 'PING viva-1']);
    expect(result).toContain('fallen silent');
  });
});

describe('a line is not taken', () => {
  it.each([
    ['by what another says', ECHO, [':maria!m@h PRIVMSG #a :hi']],
    ['by what it says elsewhere', ECHO, [':kk-x!x@h PRIVMSG #b :hi']],
    ['by another of its own', ECHO, [':kk-x!x@h PRIVMSG #a :ho']],
    ['by another label', LABELS, ['@label=viva-0 :s ACK']],
    ['by another PONG', PLAIN, [':s PONG s :alive-1']],
    ['by a warning under its label', LABELS, ['@label=viva-1 :s WARN PRIVMSG SLOW :wait']],
  ])('%s', async (_, talents, answers) => {
    expect((await saying(talents, answers)).result).toBe('open');
  });

  it.each([
    ['by an error for its channel', ECHO, [':s 404 kk-x #A :Cannot send']],
    ['by an error under its label', LABELS, ['@label=viva-1 :s 531 kk-x nobody :No']],
    ['by a FAIL under its label', LABELS, ['@label=viva-1 :s FAIL PRIVMSG NO :not here']],
  ])('%s, which is told', async (_, talents, answers) => {
    const [refusal = ''] = answers;
    const { result } = await saying(talents, answers);
    expect(result).toContain(`not taken the line: ${said(refusal).command}`);
  });
});
