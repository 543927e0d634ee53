import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { freePortBase } from '../../scripts/chaos/free-ports.ts';
import { aFolder } from '../support/folders.ts';
import { type Ended, type Running, run, runHere, start } from './viva.ts';

const NOWHERE = '11111111-2222-4333-8444-555555555555';
const dir = join(aFolder(), 'state');
const buyer = ['--agent', 'kk-validator'];
const seller = ['--agent', 'soul-extractor'];
let economy: Running;

// agents that do not beat by themselves as long as this takes: a hand does what is done
beforeAll(async () => {
  const base = String(await freePortBase());
  economy = start('viva.ts', [
    'up',
    '--beat',
    '86400',
    '--feed',
    '0',
    '--dir',
    dir,
    '--port-base',
    base,
  ]);
  await economy.said('The agents wake.');
}, 120_000);
afterAll(async () => {
  economy.signal('SIGINT');
  await economy.ended;
}, 60_000);

const viva = (...args: readonly string[]) => run('viva.ts', [...args, '--dir', dir]);

/** What it said, as the one JSON value that it must be. */
async function said(...args: readonly string[]): Promise<Record<string, unknown>> {
  const ended = await runHere([...args, '--dir', dir, '--json']);
  expect([args, ended.code, ended.stderr]).toEqual([args, 0, '']);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(ended.stdout));
}

function refused(ended: Ended, words: RegExp): void {
  expect(ended.stderr).toMatch(words);
  expect(ended.stderr).not.toContain('    at ');
  expect([ended.stdout, ended.code]).toEqual(['', 1]);
}

const beat = async (agent: string) => {
  const ended = await runHere(['beat', agent, '--dir', dir]);
  expect([ended.code, ended.stderr]).toEqual([0, '']);
};

const taskOf = (id: string) => said('em', 'task', id, ...buyer);

describe('looking', () => {
  it('is not disturbed by a second start', async () => {
    const second = await viva(
      'up',
      '--once',
      '--json',
      '--fresh',
      '--port-base',
      String(await freePortBase()),
    );
    refused(second, /The state folder .* is in use by process \d+/);
  });

  it('finds a market that is healthy', async () => {
    expect(await said('em', 'health', ...buyer)).toMatchObject({ status: 'healthy' });
  });

  it('tells of all that a hand may do', async () => {
    const ended = await run('viva.ts', ['em', '--help']);
    expect(ended.code).toBe(0);
    for (const word of 'health browse task publish assign approve reject cancel apply submit rate'.split(
      ' ',
    ))
      expect(ended.stdout).toContain(`  ${word} `);
  });
});

describe('a bounty dealt with by hand', () => {
  let id: string;
  let submission: string;

  it('is posted once per key, and a dry run posts nothing', async () => {
    const post = ['em', 'publish', ...buyer, '--product', 'raw_logs', '--key', 'by-hand'];
    expect(await said(...post, '--dry-run')).toMatchObject({ dryRun: true, key: 'by-hand' });
    expect(JSON.parse((await viva('em', 'browse', '--own', ...buyer, '--json')).stdout)).toEqual(
      [],
    );
    const task = await said(...post);
    expect(task).toMatchObject({ status: 'published', bountyUsdc: '0.01', skills: ['raw_logs'] });
    expect((await said(...post))['id']).toBe(task['id']);
    id = z.string().parse(task['id']);
    const shown = await viva('em', 'browse', ...buyer, '--skill', 'raw_logs', '--min', '0.01');
    expect(shown.stdout).toContain(id);
    const dear = await viva('em', 'browse', ...buyer, '--min', '0.02');
    expect(dear.stdout).toBe('There are none.\n');
  });

  it('is applied for, and given through the money gate: the next beat locks and assigns', async () => {
    expect(await said('em', 'apply', id, ...seller, '--dry-run')).toEqual({
      ...{ dryRun: true, apply: id, message: '' },
    });
    expect((await viva('em', 'task', id, ...buyer)).stdout).toContain('Nobody has applied.');
    await said('em', 'apply', id, ...seller);
    refused(await viva('em', 'apply', id, ...seller), /said 409 \(conflict\).*look with/);
    const { applications } = z
      .object({ applications: z.array(z.object({ executorId: z.string() })) })
      .parse(await taskOf(id));
    const executor = applications[0]?.executorId ?? '';
    const assign = ['em', 'assign', id, executor, ...buyer];
    expect(await said(...assign, '--dry-run')).toMatchObject({ dryRun: true, bountyUsdc: '0.01' });
    refused(await viva('escrow', id), /No deal has task|No agent has a payment/);
    expect(await said(...assign)).toMatchObject({ dryRun: false, executorId: executor });
    for (let beats = 0; (await taskOf(id))['status'] !== 'accepted' && beats < 5; beats += 1)
      await beat('kk-validator');
    expect(await said('escrow', id.slice(0, 8))).toMatchObject({
      ...{ taskId: id, state: 'locked', lockedUsdc: '0.01', closeTx: null, transfers: [] },
    });
    refused(await viva(...assign), /chose already/);
  });

  it('is delivered, judged, and paid 87 to 13, as escrow, ledger and balances say', async () => {
    const evidence = join(aFolder(), 'evidence.json');
    writeFileSync(evidence, '{"json_response":{"sha256":"ab"}}');
    const submit = ['em', 'submit', id, ...seller, '--evidence', evidence];
    expect(await said(...submit, '--dry-run')).toMatchObject({ dryRun: true, submit: id });
    await said(...submit);
    const { submissions } = z
      .object({ submissions: z.array(z.object({ id: z.string() })) })
      .parse(await taskOf(id));
    submission = submissions[0]?.id ?? '';
    const more = ['--notes', 'Twelve records are missing.'];
    await said('em', 'reject', submission, ...buyer, ...more);
    await said(...submit);
    refused(await viva('em', 'rate', id, ...buyer, '--score', '90'), /said 409/);
    await said('em', 'approve', submission, ...buyer);
    await said('em', 'rate', id, ...buyer, '--score', '90', '--notes', 'as promised');
    await said('em', 'rate', id, ...seller, '--score', '80');

    const { transfers } = z
      .object({ transfers: z.array(z.object({ usdc: z.string() })) })
      .parse(await said('escrow', id));
    expect(transfers.map(({ usdc }) => usdc).sort()).toEqual(['0.0013', '0.0087']);
    await beat('kk-validator');
    const deal = await said('deals', id.slice(0, 8));
    expect(deal).toMatchObject({ taskId: id, buyer: 'kk-validator', bountyUsdc: '0.01' });
    expect(await said('ledger', '--agent', 'validator')).toMatchObject({ sum: '0' });
    const rows = z.array(z.object({ taskId: z.string() }));
    expect(rows.parse(JSON.parse((await viva('deals', '--json')).stdout))).toHaveLength(1);
    // the others have not opened their books yet: they differ, and so it exits with 1
    const ended = await viva('balances', '--json');
    const { agents } = z
      .object({ agents: z.array(z.object({ id: z.string(), difference: z.string() })) })
      .parse(JSON.parse(ended.stdout));
    expect(agents.find((one) => one.id === 'kk-validator')?.difference).toBe('0');
    expect(ended.code).toBe(agents.every(({ difference }) => difference === '0') ? 0 : 1);
  });

  it('is taken back when nobody has it', async () => {
    const post = ['em', 'publish', ...buyer, '--product', 'soul_profiles', '--key', 'second'];
    const second = z.string().parse((await said(...post))['id']);
    expect(await said('em', 'cancel', second, ...buyer, '--dry-run')).toMatchObject({
      dryRun: true,
    });
    refused(await viva('em', 'cancel', second, ...seller), /said 403 \(forbidden\).*publisher/);
    await said('em', 'cancel', second, ...buyer);
    expect(await taskOf(second)).toMatchObject({ status: 'cancelled' });
  });
});

describe('an error of the market says what to do', () => {
  const publish = ['em', 'publish', ...buyer, '--product', 'raw_logs'];
  it.each<[string, readonly string[], RegExp]>([
    [
      'a field',
      [...publish, '--hours', '1000'],
      /say 422 [^]*body\.deadline_hours: .*720; right would be 24/,
    ],
    ['a low bounty', [...publish, '--bounty', '0.001'], /said 400 \(invalid\): .*minimum \$0\.01/],
    ['an unknown task', ['em', 'task', NOWHERE, ...buyer], /said 404 \(missing\).*viva em browse/],
    ['no uuid', ['em', 'approve', 'abc', ...buyer], /path\.id: .*right would be a lower-case UUID/],
    ['no task id', ['em', 'apply', 'abc', ...seller, '--dry-run'], /abc is no task id: give/],
    [
      'no evidence',
      ['em', 'submit', NOWHERE, ...seller, '--evidence', '/nowhere'],
      /holds no evid/,
    ],
    ['no deal', ['deals', 'zzz'], /No deal has task zzz: `viva deals` lists/],
    ['no escrow', ['escrow', 'zzz'], /No deal has task zzz/],
    ['no agent', ['ledger', '--agent', 'nobody'], /nobody is not on the roster: use one of/],
  ])('%s', async (_what, args, words) => {
    refused(await viva(...args), words);
  });

  it('and so does an economy that is not there', async () => {
    refused(await run('viva.ts', ['em', 'health', ...buyer, '--dir', aFolder()]), /start/);
  });
});
