import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import * as z from 'zod';
import { aFolder } from '../support/folders.ts';

const PROGRAM = fileURLToPath(new URL('../../scripts/market.ts', import.meta.url));

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

function start(args: readonly string[], folder = aFolder()) {
  const market = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  });
  child = market;
  let said = '';
  market.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return {
    market,
    folder,
    firstLine: new Promise<string>((resolve) => {
      createInterface({ input: market.stdout }).once('line', resolve);
    }),
    ended: new Promise<{ code: number | null; said: string }>((resolve) => {
      market.once('close', (code) => {
        resolve({ code, said });
      });
    }),
  };
}

it('serves any client until Ctrl-C, and leaves nothing', async () => {
  const { market, folder, firstLine, ended } = start(['--json']);
  const { url, pid } = z
    .object({ url: z.url(), pid: z.int() })
    .parse(JSON.parse(await Promise.race([firstLine, ended.then(({ said }) => said)])));
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'healthy' });

  market.kill('SIGINT');
  expect((await ended).code).toBe(0);
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
}, 60_000);

it('says in one sentence that a port is none, or taken', async () => {
  const none = await start(['--port', '99999']).ended;
  expect(none.code).toBe(1);
  expect(none.said).toContain('99999 should be a port, from 0 to 65535.');

  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));
  const address = holder.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const taken = await start(['--port', String(port)]).ended;
  holder.close();
  expect(taken.code).toBe(1);
  expect(taken.said.trim().split('\n')).toEqual([expect.stringContaining(`Port ${port}`)]);
}, 60_000);
