import { describe, expect, it } from 'vitest';
import { Address } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import { ROSTER } from '#contract/roster.ts';
import { agentRows } from '../../../scripts/viva/agents.ts';
import { balanceView } from '../../../scripts/viva/balances.ts';
import { outcomeText } from '../../../scripts/viva/beat.ts';
import { dealRows, dealView, oneTask } from '../../../scripts/viva/deals.ts';
import { ledgerView } from '../../../scripts/viva/ledger.ts';
import { newestFirst } from '../../../scripts/viva/products.ts';
import { BUYER, library, SELLER, sold, TASK } from './library.ts';

const now = new Date('2026-01-01T00:01:00.000Z');
const wallet = Address.parse('0x976ea74026e726554db657fa54763abd0c3a0aa9');

describe('agents', () => {
  it('joins the roster with pulses and wallets', () => {
    const pulse = {
      v: 1,
      agentId: BUYER,
      at: '2026-01-01T00:00:48.500Z',
      beatId: 'b',
      openDeals: 2,
      pendingIntents: 3,
      wallet: 1n,
    } as const;
    const wallets = [{ id: BUYER, wallet, onChain: 4_990_000n, inLedger: 4_990_000n }];
    const rows = agentRows({ pulses: new Map([[BUYER, pulse]]), wallets, now });
    expect(rows.map(({ id }) => id)).toEqual(ROSTER.map(({ id }) => id));
    expect(rows.find(({ id }) => id === BUYER)).toEqual({
      ...{ id: BUYER, role: 'consumer', openDeals: 2, pendingIntents: 3, balanceUsdc: '4.99' },
      wallet,
      pulseAgeSeconds: 11,
    });
    expect(rows.find(({ id }) => id === SELLER)?.pulseAgeSeconds).toBeNull();
  });
});

describe('deals', () => {
  it('shows both sides of a task as one row, in the state of who pays', () => {
    expect(dealRows(library, now)).toEqual([
      {
        ...{ taskId: TASK, product: 'raw_logs', buyer: BUYER, seller: SELLER },
        ...{ bountyUsdc: '0.01', state: 'settled', ageSeconds: 60 },
      },
    ]);
  });

  it('names a buyer that is not of the roster by its wallet', () => {
    const only = new Map([[SELLER, { ...library.get(SELLER)!, deals: [sold] }]]);
    const [row] = dealRows(only, now);
    expect(row).toMatchObject({ buyer: sold.buyer, seller: SELLER, state: 'delivered' });
  });

  it('tells all that is known of one task, in JSON', () => {
    const view = dealView(library, TASK, now);
    expect(view.sides.map(({ agent }) => agent).sort()).toEqual([BUYER, SELLER]);
    expect(view.entries.map(({ id }) => id.split('#')[0])).toEqual(['locked', 'bought', 'earned']);
    expect(view.pending).toEqual([{ agent: SELLER, intent: `rate-buyer#${TASK}` }]);
    const text = JSON.stringify(view);
    expect(text).toContain('"feeUsdc":"0.0013"');
    expect(text).not.toContain('"bounty":');
  });

  it('finds a task by its beginning, and refuses what fits none', () => {
    expect(oneTask(library, '1111')).toBe(TASK);
    expect(() => oneTask(library, '9')).toThrow('No deal has task 9');
  });

  it('refuses a beginning that fits several', () => {
    const other = { ...sold, taskId: TASK.replace(/5$/, '6') as typeof TASK };
    const two = new Map([...library, [SELLER, { ...library.get(SELLER)!, deals: [other] }]]);
    expect(() => oneTask(two, '1111')).toThrow(/may be any of .*55[56], .*55[56]: give more/);
    expect(dealRows(two, now)).toHaveLength(2);
  });
});

describe('ledger', () => {
  it('sums to zero, over all and for one', () => {
    const all = ledgerView(library);
    expect(all.sum).toBe('0');
    expect(all.entries).toHaveLength(7 + 3);
    expect(all.balances[SELLER]).toEqual({
      ...{ 'equity:opening': '-5', 'fees:raw_logs': '0.0013', 'income:raw_logs': '-0.01' },
      wallet: '5.0087',
    });
    const one = ledgerView(library, BUYER);
    expect(Object.keys(one.balances)).toEqual([BUYER]);
    expect(one.entries.map(({ agent }) => agent)).toEqual([BUYER, BUYER, BUYER]);
    expect(one.sum).toBe('0');
  });

  it('shows what a broken ledger sums to', () => {
    const book = library.get(BUYER)!;
    const [opening] = book.entries;
    const torn = { ...opening!, postings: opening!.postings.slice(0, 1) };
    expect(ledgerView(new Map([[BUYER, { ...book, entries: [torn] }]])).sum).toBe('5');
  });
});

describe('balances', () => {
  it('are equal only when every wallet is', () => {
    const same = { id: BUYER, wallet, onChain: 5n, inLedger: 5n };
    const off = { id: SELLER, wallet, onChain: 4n, inLedger: 5n };
    expect(balanceView([same]).equal).toBe(true);
    const view = balanceView([same, off]);
    expect(view.equal).toBe(false);
    expect(view.agents.map(({ difference }) => difference)).toEqual(['0', formatUsdc(-1n)]);
  });
});

describe('beat', () => {
  const beat = { agentId: BUYER, beatId: 'now' };
  const beaten = { outcome: 'beaten', commits: ['committed'], refusals: [], intents: [] } as const;

  it('says what was done, what waits and why', () => {
    const intents = [
      { id: 'lock#1', result: 'done' },
      { id: 'approve#2', result: 'later', reason: 'conflict: not yet' },
    ] as const;
    const outcome = { ...beaten, intents: [...intents], refusals: ['poor'], commits: [] };
    const text = outcomeText(beat, outcome);
    for (const words of ['lock#1', 'approve#2: conflict: not yet', 'poor'])
      expect(text).toContain(words);
    expect(text).not.toContain('nothing to do');
  });

  it('says that there was nothing to do, or that another beat is under way', () => {
    const idle = { ...beaten, commits: [], refusals: [], intents: [] };
    expect(outcomeText(beat, idle)).toContain('nothing to do');
    expect(outcomeText(beat, { ...idle, outcome: 'busy' })).toContain('will beat once more');
  });
});

it('the newest product version is that which reaches further, or holds more', () => {
  const old = { to: '2026-01-01T00:00:00Z', records: 9 };
  const newer = { to: '2026-01-02T00:00:00Z', records: 1 };
  const fuller = { to: '2026-01-02T00:00:00Z', records: 2 };
  expect([old, newer, fuller].toSorted(newestFirst)).toEqual([fuller, newer, old]);
});
