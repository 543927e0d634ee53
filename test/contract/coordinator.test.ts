import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { S3Reports } from '#adapters/s3/s3-reports.ts';
import type { AgentId } from '#contract/ids.ts';
import { economyKey, objectKey } from '#contract/keys.ts';
import { COORDINATOR, ROSTER } from '#contract/roster.ts';
import { AT, agentId, BUYER, SELLER } from '../support/builders.ts';
import { openEconomyTable } from '../support/economy-table.ts';
import { crashing } from '../support/living.ts';
import { PaperEconomy, type Watch } from '../support/paper-economy.ts';
import { s3Store } from '../support/stores.ts';

const MINUTE = 60_000;
const EVERYBODY = ROSTER.map(({ id }) => id);
const DEAD = agentId('kk-validator');
const LIVING = EVERYBODY.filter((id) => id !== DEAD);

/** An interval later each of them beats once; who dies in it is called again once its lease has run out. */
async function interval(
  economy: PaperEconomy,
  ids: readonly AgentId[],
  { watch, name }: { readonly watch?: Watch | undefined; readonly name?: string } = {},
): Promise<void> {
  economy.skip(10 * MINUTE);
  for (const id of ids) {
    const beat = { early: true, ...(name !== undefined && { beatId: `${id}-${name}` }) };
    try {
      await economy.beat(id, { ...beat, watch: id === COORDINATOR ? watch : undefined });
    } catch {
      economy.skip(2 * MINUTE);
      await economy.beat(id, beat);
    }
  }
}

/** Everybody is known, the validator falls silent, and a day goes by. Only the coordinator is watched, from the silence on. */
async function history(watch?: Watch, intervals = 6): Promise<PaperEconomy> {
  const economy = await PaperEconomy.open();
  for (let n = 0; n < 2; n += 1) await interval(economy, EVERYBODY);
  for (let n = 0; n < intervals; n += 1)
    await interval(economy, LIVING, { watch, name: `one-${n}` });
  economy.skip(14 * 60 * MINUTE);
  for (let n = 0; n < intervals; n += 1)
    await interval(economy, LIVING, { watch, name: `two-${n}` });
  return economy;
}

const standups = ({ lines }: PaperEconomy) =>
  [...lines.values()].filter(({ id }) => id.startsWith(`${COORDINATOR}:standup:`));
const wakes = ({ wakeUps }: PaperEconomy) => wakeUps.filter((id) => id.startsWith('wake#'));

describe('the coordinator', () => {
  it('finds who stopped beating, wakes it once, and tells it once a day', async () => {
    const economy = await history();

    expect(wakes(economy)).toEqual([expect.stringMatching(`^wake#${DEAD}@2026-03-01T12:20`)]);
    const [first, second, ...more] = standups(economy);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ id: `${COORDINATOR}:standup:2026-03-01`, channel: '#kk-ops' });
    expect(first?.text).toMatch(/^COORD: .* laten 7 de 7; .* Por mirar: 0$/);
    expect(second?.id).toBe(`${COORDINATOR}:standup:2026-03-02`);
    expect(second?.text).toMatch(/ 6 of 7 beat; .* To look at: 1 stale: kk-validator \(15 h\)$/);
    expect([...economy.lines.values()].find(({ id }) => id.includes(':woken:'))?.text).toMatch(
      /^COORD: kk-validator .*2026-03-01T12:20/,
    );

    expect([...economy.reports.keys()]).toEqual(['2026-03-01', '2026-03-02']);
    for (const report of economy.reports.values())
      expect(report).toContain('- stale: kk-validator: its last beat was');
    const [today, tomorrow] = [...economy.reports.values()];
    expect(today).not.toContain('| since');
    expect(tomorrow).toContain('| since 2026-03-01 |');
    expect((await economy.agents.book(COORDINATOR)).intents).toEqual([]);
  });

  it('wakes it again for another silence', async () => {
    const economy = await history();
    await interval(economy, EVERYBODY);
    await interval(economy, LIVING);
    const { state } = await economy.agents.book(COORDINATOR);
    expect(state?.oversight?.woken).toEqual({});
    for (let n = 0; n < 5; n += 1) await interval(economy, LIVING);
    expect(new Set(wakes(economy)).size).toBe(2);
    expect(wakes(economy)).toHaveLength(2);
  });

  it('wakes, says and reports the same wherever it dies', async () => {
    const calls: string[] = [];
    const undisturbed = await history((call) => {
      calls.push(call);
    }, 4);
    expect(calls).toContain('wakeUps.wake');
    expect(calls.filter((call) => call === 'lines.say')).toHaveLength(2);
    expect(calls.filter((call) => call === 'reports.keep').length).toBeGreaterThan(1);

    for (const [at, call] of calls.entries()) {
      const where = `dead before call ${at}, ${call}`;
      const economy = await history(crashing(at), 4);
      expect(
        standups(economy).map(({ id }) => id),
        where,
      ).toEqual(standups(undisturbed).map(({ id }) => id));
      expect([...new Set(wakes(economy))], where).toEqual(wakes(undisturbed));
      expect([...economy.reports.keys()], where).toEqual([...undisturbed.reports.keys()]);
      expect(economy.reports.get('2026-03-02'), where).toContain('- stale: kk-validator');
      expect((await economy.agents.book(COORDINATOR)).intents, where).toEqual([]);
    }
  });

  it('reports what a deal brought and cost', async () => {
    const economy = await PaperEconomy.open();
    for (let n = 0; n < 12; n += 1) await interval(economy, [SELLER, BUYER, COORDINATOR]);
    const [report = ''] = economy.reports.values();
    expect(report).toMatch(
      /\| kk-karma-hello +\| raw_logs +\| 0\.01 +\| +\| 0\.0013 +\| 0\.0087 +\|/,
    );
    expect(report).toMatch(/\| kk-skill-extractor +\| raw_logs +\| +\| 0\.01 +\| +\| -0\.01 +\|/);
  });
});

describe('pulses on DynamoDB', () => {
  it('are of the partition they lie in, and one that cannot be read hides no other', async () => {
    const { client, table, close } = await openEconomyTable();
    const agents = new DynamoAgents(client, table);
    const base = { v: 1, beatId: 'b', at: AT, openDeals: 0, pendingIntents: 0 } as const;
    await agents.pulse({ ...base, agentId: SELLER, wallet: 1n });
    const write = (owner: AgentId, body: object) =>
      client.send(
        new PutCommand({
          TableName: table,
          Item: { ...economyKey.pulse(owner), ...base, ...body },
        }),
      );
    await write(BUYER, { agentId: SELLER, wallet: '9' });
    await write(COORDINATOR, { agentId: COORDINATOR, wallet: 'a lot' });
    expect([...(await agents.pulses(EVERYBODY))]).toEqual([
      [SELLER, { ...base, agentId: SELLER, wallet: 1n }],
    ]);
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: { ...economyKey.pulse(SELLER) } }),
    );
    expect(Item).toMatchObject({ pk: `PULSE#${SELLER}`, wallet: '1' });
    await close();
  });
});

describe('reports on S3', () => {
  it('are replaced as a whole, one a day', async () => {
    const { objects, close } = await s3Store();
    const reports = new S3Reports(objects);
    await reports.keep('2026-03-01', '# Economía\n');
    await reports.keep('2026-03-01', '# Economía Viva\n');
    expect(await reports.of('2026-03-01')).toBe('# Economía Viva\n');
    expect(await reports.of('2026-03-02')).toBeUndefined();
    const head = await objects.head(objectKey.report(COORDINATOR, '2026-03-01'));
    expect(head?.key).toBe('kk-coordinator/reports/2026-03-01.md');
    await close();
  });
});
