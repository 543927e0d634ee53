import { describe, expect, it } from 'vitest';
import type { InboxEntry } from '#contract/irc-line.ts';
import { agentOf, ROSTER } from '#contract/roster.ts';
import { hear } from '#core/talk/hear.ts';
import { offersAfter, repliesTo, type Self } from '#core/talk/reply.ts';

const now = new Date('2026-01-01T12:00:00Z');
const stock = { generation: 'a'.repeat(16), version: 'b'.repeat(64), records: 1234 };
const seller: Self = {
  agent: agentOf('kk-karma-hello'),
  roster: ROSTER,
  state: { stock: { raw_logs: stock }, shelved: { raw_logs: stock.version } },
  openDeals: 2,
  balance: 1_500_000n,
  isHalted: false,
  requested: new Set(),
  offers: [],
  storefrontUrl: 'https://shop.example',
  now,
};

let count = 0;
const heard = (text: string, over: Partial<InboxEntry> = {}): InboxEntry => {
  count += 1;
  return {
    v: 1,
    ts: now.toISOString(),
    id: `entry-${count}`,
    kind: 'mention',
    channel: '#karmakadabra',
    sender: 'maria',
    text,
    ...over,
  };
};
const answer = (entry: InboxEntry, self = seller) => repliesTo([entry], self, 2)[0]?.text;

describe('an answer', () => {
  it.each([
    [
      '@kk-karma-hello how much?',
      'maria: I sell Raw chat logs ($0.01, 1234 records, x402: https://shop.example/products/kk-karma-hello/raw_logs). Out of stock: user_stats $0.03, topic_map $0.02.',
    ],
    ['kk-karma-hello: ¿estás?', 'maria: Aquí estoy: 2 tratos abiertos, $1.5 en la billetera.'],
    ['kk-karma-hello, status', 'maria: I am here: 2 open deals, $1.5 in the wallet.'],
  ])('to "%s" says what is true', (text, said) => {
    expect(answer(heard(text))).toBe(said);
  });

  it('names the direct door only where goods lie there, or are made on demand', () => {
    const unshelved = { ...seller, state: { stock: { raw_logs: stock } } };
    expect(answer(heard('@kk-karma-hello ¿cuánto?'), unshelved)).toMatch(
      /^maria: Vendo Raw chat logs \(\$0\.01, 1234 registros\)\. /,
    );
    const validator = { ...seller, agent: agentOf('kk-validator'), state: { stock: {} } };
    expect(answer(heard('@kk-validator price?'), validator)).toBe(
      'maria: I sell Validation ($0.001, x402: https://shop.example/products/kk-validator/validation).',
    );
  });

  it('counts one deal as one', () => {
    const one = { ...seller, openDeals: 1 };
    expect(answer(heard('@kk-karma-hello status'), one)).toContain(' 1 open deal, ');
    expect(answer(heard('@kk-karma-hello ¿estás?'), one)).toContain(' 1 trato abierto, ');
  });

  it('says when spending is halted, and what others offer of what it buys', () => {
    const offer = { product: 'raw_logs', price: '9000' };
    const offers = [
      { ...offer, nick: 'pedro', at: now.toISOString() },
      { ...offer, nick: 'luis', at: '2025-12-31T11:59:59Z' },
    ];
    const buyer = {
      ...seller,
      agent: agentOf('kk-skill-extractor'),
      state: { stock: {} },
      offers,
      isHalted: true,
    };
    expect(answer(heard('@kk-skill-extractor hi'), buyer)).toBe(
      'maria: Out of stock: skill_profiles $0.05. I buy: raw_logs $0.01. Offers heard: raw_logs $0.009 pedro. I am here: 2 open deals, $1.5 in the wallet, spending halted.',
    );
  });

  it('to a NEED is the price tag with its x402 link, the bounty if there is one, or the truth that there is none', () => {
    const need = (text: string) => heard(text, { kind: 'need' });
    expect(answer(need('NEED: Raw chat logs | $0.02'))).toMatch(
      /^maria: I have Raw chat logs \(\$0\.01, 1234 records, x402: https:\/\/shop\.example\/products\/kk-karma-hello\/raw_logs\)\.$/,
    );
    expect(
      answer(need('NEED: raw_logs | $0.02'), { ...seller, requested: new Set(['raw_logs']) }),
    ).toMatch(/I saw the bounty and apply\.$/);
    expect(answer(need('NEED: topic_map | $1'))).toBe(
      'maria: I sell Topic map at $0.02, but have none on the shelf now.',
    );
    expect(answer(need('NEED: soul_profiles | $1'))).toBeUndefined();
  });

  it.each([
    ['an agent of the roster', heard('@kk-karma-hello hi', { sender: 'KK-Validator_' })],
    ['itself', heard('@kk-karma-hello hi', { sender: 'kk-karma-hello' })],
    ['services', heard('kk-karma-hello: register your nick', { sender: 'NickServ' })],
    ['a server', heard('kk-karma-hello: hi', { sender: 'irc.meshrelay.xyz' })],
    ['an automatic line', heard('STATUS: @kk-karma-hello is fine')],
    ['who has gone', heard('@kk-karma-hello hi', { ts: '2026-01-01T11:00:00Z' })],
    ['a time that is none', heard('@kk-karma-hello hi', { ts: 'yesterday' })],
    ['an offer', heard('HAVE: raw_logs | $1', { kind: 'have' })],
  ])('is never given to %s', (_who, entry) => {
    expect(answer(entry)).toBeUndefined();
  });

  it('is given once a sender, and twice at most', () => {
    const entries = ['ana', 'ANA', 'luis', 'eva'].map((sender) =>
      heard('@kk-karma-hello price?', { sender }),
    );
    expect(repliesTo(entries, seller, 2).map(({ text }) => text.split(':')[0])).toEqual([
      'ana',
      'luis',
    ]);
  });

  it('leads to no other answer, whoever of us is named in it', () => {
    const text = answer(heard('@kk-karma-hello hi', { sender: '@kk-validator:x' })) ?? '';
    const leads = hear({ sender: 'kk-karma-hello', text }, ROSTER);
    for (const { agentId, kind } of leads) {
      const self = { ...seller, agent: agentOf(agentId) };
      expect(repliesTo([heard(text, { sender: 'kk-karma-hello', kind })], self, 2)).toEqual([]);
    }
  });
});

describe('offers of strangers', () => {
  const self = { agent: agentOf('kk-juanjumagalp'), roster: ROSTER };
  const offer = (text: string, sender = 'maria') => heard(text, { kind: 'have', sender });

  it('are kept, the last of each, of what the agent buys, and few', () => {
    const first = offersAfter(
      [],
      [offer('HAVE: raw_logs | $0.02'), offer('HAVE: raw_logs | $0.01')],
      self,
    );
    expect(first).toMatchObject([{ nick: 'maria', product: 'raw_logs', price: '10000' }]);
    expect(
      offersAfter(
        first,
        [offer('HAVE: topic_map | $1'), offer('HAVE: raw_logs | $1', 'kk-karma-hello')],
        self,
      ),
    ).toBe(first);
    const many = Array.from({ length: 50 }, (_, n) => offer('HAVE: raw_logs | $0.02', `nick${n}`));
    expect(offersAfter(first, many, self)).toHaveLength(5);
  });

  it('are also what they have just sold, under the name of who sold it', () => {
    const sold = (seller: string) =>
      heard(`DEAL: maria <-> ${seller} | raw_logs | $0.008 | 0xab`, { kind: 'deal' });
    expect(offersAfter([], [sold('pedro')], self)).toMatchObject([
      { nick: 'pedro', product: 'raw_logs', price: '8000' },
    ]);
    expect(offersAfter([], [sold('kk-karma-hello')], self)).toEqual([]);
    expect(offersAfter([], [heard('HAVE: raw_logs | $1', { kind: 'deal' })], self)).toEqual([]);
  });
});
