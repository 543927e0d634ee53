import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, vi } from 'vitest';
import * as z from 'zod';
import { programFor } from '../../scripts/viva/commands.ts';

const SCRIPTS = fileURLToPath(new URL('../../scripts/', import.meta.url));
const groups = new Set<number>();

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly ended: Promise<Ended>;
  /** Resolves once it has said so, on whichever stream. */
  readonly said: (words: string) => Promise<void>;
  readonly signal: (signal: NodeJS.Signals) => void;
}

/** Runs a script as a person does, in a process group of its own that the test file takes down with it. */
export function start(script: 'viva.ts' | 'chaos.ts', args: readonly string[]): Running {
  const child = spawn(process.execPath, [`${SCRIPTS}${script}`, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (child.pid !== undefined) groups.add(child.pid);
  const heard = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (heard.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (heard.stderr += text));
  return {
    ended: new Promise((done) => {
      child.once('close', (code) => {
        endGroup(child.pid);
        done({ code, ...heard });
      });
    }),
    said: (words) => hear(child, () => (heard.stdout + heard.stderr).includes(words), words),
    signal: (signal) => {
      child.kill(signal);
    },
  };
}

export function run(script: 'viva.ts' | 'chaos.ts', args: readonly string[]): Promise<Ended> {
  return start(script, args).ended;
}

/** A command of `viva` in this very process, which spares the most of its time: to start one. */
export async function runHere(args: readonly string[]): Promise<Ended> {
  const heard = { stdout: '', stderr: '' };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((text) => (heard.stdout += `${text}\n`)),
    vi.spyOn(console, 'error').mockImplementation((text) => (heard.stderr += `${text}\n`)),
  ];
  try {
    const program = await programFor(args[0]);
    await program.parseAsync(args, { from: 'user' });
    return { ...heard, code: Number(process.exitCode ?? 0) };
  } finally {
    process.exitCode = undefined;
    for (const spy of spies) spy.mockRestore();
  }
}

function hear(child: ChildProcess, isSaid: () => boolean, words: string): Promise<void> {
  return new Promise((done, refuse) => {
    const check = (): void => {
      if (isSaid()) done();
    };
    child.stdout?.on('data', check);
    child.stderr?.on('data', check);
    child.once('close', () => {
      refuse(new Error(`It ended without saying "${words}".`));
    });
    check();
  });
}

/** What a refusal must look like: one sentence for a person, nothing for a machine. */
export function sentences({ stderr }: Ended): readonly string[] {
  return stderr.split('\n').filter((line) => line !== '');
}

afterAll(() => {
  for (const group of groups) endGroup(group);
});

/** At once and once: later the number may be a stranger's. */
function endGroup(group: number | undefined): void {
  if (group === undefined || !groups.delete(group)) return;
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // all of it has ended, as it should
  }
}

const usdc = z.string().regex(/^-?\d+(\.\d{1,6})?$/);
const tx = z.string().regex(/^0x[0-9a-f]{64}$/);
const agent = z.string().regex(/^kk-[a-z-]+$/);
const natural = z.int().nonnegative();

const Deal = z.strictObject({
  taskId: z.uuid(),
  product: z.enum(['raw_logs', 'skill_profiles', 'voice_profiles', 'soul_profiles']),
  buyer: agent,
  seller: agent,
  bountyUsdc: usdc,
  feeUsdc: usdc,
  status: z.literal('completed'),
  escrowTx: tx,
  releaseTx: tx,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  records: z.int().positive(),
});

/** The report of `viva up --once --json`, field by field, and no other field. */
export const Report = z.strictObject({
  ok: z.boolean(),
  seconds: z.number().positive(),
  firstDealSeconds: z.number().positive(),
  corpus: z.strictObject({
    files: natural,
    quarantined: natural,
    messages: natural,
    days: natural,
    users: natural,
  }),
  deals: z.array(Deal),
  balances: z.record(agent, z.strictObject({ chain: usdc, ledger: usdc })),
  ledger: z.strictObject({ entries: natural, sum: usdc }),
  irc: z.strictObject({ lines: natural, byAgent: z.record(agent, natural) }),
  memory: z.strictObject({ roomPeakMb: z.record(z.string(), z.number().positive()) }),
  errors: z.array(z.string()),
});
export type Report = z.infer<typeof Report>;

/** All of stdout as one report: anything else on it fails here. */
export function reportIn({ stdout }: Pick<Ended, 'stdout'>): Report {
  return Report.parse(JSON.parse(stdout));
}

/** `product: seller -> buyer`, sorted: the eight of the issue. */
export const EIGHT = [
  'raw_logs: kk-karma-hello -> kk-juanjumagalp',
  'raw_logs: kk-karma-hello -> kk-skill-extractor',
  'raw_logs: kk-karma-hello -> kk-voice-extractor',
  'skill_profiles: kk-skill-extractor -> kk-juanjumagalp',
  'skill_profiles: kk-skill-extractor -> kk-soul-extractor',
  'soul_profiles: kk-soul-extractor -> kk-juanjumagalp',
  'voice_profiles: kk-voice-extractor -> kk-juanjumagalp',
  'voice_profiles: kk-voice-extractor -> kk-soul-extractor',
];

export function trades({ deals }: Report): readonly string[] {
  return deals.map(({ product, seller, buyer }) => `${product}: ${seller} -> ${buyer}`).sort();
}
