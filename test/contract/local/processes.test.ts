import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { CannotStart } from '../../../scripts/local/cloud/cannot-start.ts';
import { Children } from '../../../scripts/local/cloud/children.ts';
import { startCloud } from '../../../scripts/local/cloud/cloud.ts';
import { birthOf } from '../../../scripts/local/cloud/process-facts.ts';
import {
  ASSEMBLY,
  eventually,
  isAlive,
  ROOMS,
  temporaryFolder,
} from '../../support/local-cloud.ts';

const HOLDER = fileURLToPath(new URL('../../fixtures/cloud-holder.ts', import.meta.url));
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const { dir, remove } = temporaryFolder();
  cleanups.push(remove);
  return dir;
}

const options = (dir: string) => ({
  assembly: ASSEMBLY,
  roomsDir: ROOMS,
  dir,
  parameters: { Greeting: 'hola' },
});

/** A cloud in another process, with a function in an endless loop. */
async function aHolder(
  dir: string,
): Promise<{ readonly holder: ChildProcess; readonly pids: readonly number[] }> {
  const holder = spawn(process.execPath, [HOLDER, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanups.push(() => {
    holder.kill('SIGKILL');
  });
  for await (const line of createInterface({ input: holder.stdout })) {
    const { pids } = JSON.parse(line) as { pids: number[] };
    return { holder, pids };
  }
  throw new Error('The other cloud did not start.');
}

function aSleeper(): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
    stdio: 'ignore',
  });
  cleanups.push(() => {
    child.kill('SIGKILL');
  });
  return child.pid ?? 0;
}

describe('the processes of a cloud', () => {
  it('are all gone soon after the cloud was killed, even one in an endless loop, and the folder is free', async () => {
    const dir = folder();
    const { holder, pids } = await aHolder(dir);
    expect(pids).toHaveLength(3);
    holder.kill('SIGKILL');

    await eventually(() => (pids.some(isAlive) ? undefined : true));
    const next = await startCloud(options(dir));
    await next.stop();
  });

  it('leave nothing running after a stop', async () => {
    const cloud = await startCloud(options(folder()));
    await cloud.invoke('echo', {});
    const pids = cloud.pids();
    await cloud.stop();

    expect(pids).toHaveLength(2);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('that a killed cloud left are ended by the next one, but a stranger with the same pid is not', async () => {
    const dir = folder();
    const [left, stranger] = [aSleeper(), aSleeper()];
    writeFileSync(
      join(dir, 'pids.json'),
      JSON.stringify([
        { pid: left, birth: birthOf(left), name: 'left' },
        { pid: stranger, birth: 'another/1', name: 'stranger' },
      ]),
    );
    const children = new Children(dir);

    await eventually(() => (birthOf(left) === undefined ? true : undefined));
    expect(birthOf(stranger)).toBeDefined();
    await children.stop();
  });
});

describe('a cloud that cannot start', () => {
  it('names the process that uses the state folder, and the remedy', async () => {
    const dir = folder();
    const { holder } = await aHolder(dir);
    const second = startCloud(options(dir));

    await expect(second).rejects.toThrow(CannotStart);
    await expect(second).rejects.toThrow(
      new RegExp(`in use by process ${holder.pid ?? 0} since .*: stop it .* or choose another`),
    );
  });

  it('names the port that is taken, and holds on to nothing', async () => {
    const dir = folder();
    const blocker = createServer().listen(0, '127.0.0.1');
    cleanups.push(() => void blocker.close());
    await new Promise((resolve) => blocker.once('listening', resolve));
    const address = blocker.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;

    for (const service of ['dynamodb', 's3', 'sqs', 'secrets', 'lambda', 'web']) {
      const start = startCloud({ ...options(dir), ports: { [service]: port } });
      await expect(start).rejects.toThrow(`Port ${port} on 127.0.0.1 is already in use: stop`);
    }
    await (await startCloud(options(dir))).stop();
  });

  it.each([
    [
      'a folder without an app',
      { assembly: '/nowhere' },
      /\/nowhere\/manifest.json could not be read.*synth/,
    ],
    [
      'a parameter that nobody declared',
      { parameters: { Greting: 'x' } },
      /No stack has a parameter Greting/,
    ],
    [
      'a parameter without a value',
      { parameters: {} },
      /Local-Rooms has a parameter Greeting without a default/,
    ],
    [
      'a task that is not built',
      { roomsDir: '/nowhere' },
      /ticker runs \/nowhere\/ticker\/index.mjs.*build it first/,
    ],
  ])('says what to do about %s', async (_, over, words) => {
    const start = startCloud({ ...options(folder()), ...over });

    await expect(start).rejects.toThrow(CannotStart);
    await expect(start).rejects.toThrow(words);
  });
});
