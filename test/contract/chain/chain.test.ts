import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, encodeFunctionData, erc20Abi, http } from 'viem';
import {
  getBlock,
  getLogs,
  getTransactionCount,
  getTransactionReceipt,
  sendRawTransaction,
} from 'viem/actions';
import { afterEach, describe, expect, it } from 'vitest';
import { askBalance } from '#adapters/evm/ask-balance.ts';
import { EvmChain } from '#adapters/evm/evm-chain.ts';
import { NETWORKS } from '#contract/networks.ts';
import { ROSTER, SERVICE_HD_INDEX } from '#contract/roster.ts';
import { devAccount, devPrivateKey } from '../../../scripts/local/chain/accounts.ts';
import { type LocalChain, startChain } from '../../../scripts/local/chain/chain.ts';
import { walletOf } from './house.ts';

const network = NETWORKS.local;
const FACILITATOR = SERVICE_HD_INDEX.facilitator;
const started: { stop(): Promise<void> }[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((chain) => chain.stop()));
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function aFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'viva-chain-'));
  folders.push(dir);
  return dir;
}

async function start(dir: string, block?: number): Promise<LocalChain> {
  const chain = await startChain({ dir, ...(block !== undefined && { block }) });
  started.push(chain);
  return chain;
}

/** One USDC transfer of 1 micro-USDC from the facilitator's wallet, which holds gas (and USDC after `fill`). */
async function transfer(url: string): Promise<`0x${string}`> {
  const client = createClient({ transport: http(url) });
  const account = devAccount(FACILITATOR);
  const serializedTransaction = await account.signTransaction({
    type: 'eip1559',
    chainId: network.chainId,
    nonce: await getTransactionCount(client, { address: account.address }),
    gas: 100_000n,
    maxFeePerGas: 10_000_000_000n,
    maxPriorityFeePerGas: 0n,
    to: network.usdc,
    data: encodeFunctionData({
      abi: erc20Abi,
      functionName: 'transfer',
      args: [walletOf(0).address, 0n],
    }),
  });
  return sendRawTransaction(client, { serializedTransaction });
}

async function worldAt(url: string, tx: `0x${string}`): Promise<unknown> {
  const client = createClient({ transport: http(url) });
  const chain = new EvmChain(network, url);
  return {
    receipt: await getTransactionReceipt(client, { hash: tx }),
    block: await getBlock(client),
    logs: await getLogs(client, { address: network.usdc, fromBlock: 0n }),
    balances: await Promise.all(
      ROSTER.map(({ hdIndex }) => chain.balanceOf(walletOf(hdIndex).address)),
    ),
    transfers: await chain.transfersIn(tx),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('local chain', () => {
  it('funds every roster wallet with 5 USDC, once, and gives the facilitator gas', async () => {
    const dir = aFolder();
    await (await start(dir)).stop();
    const node = await start(dir);
    const chain = new EvmChain(network, node.url);

    for (const { hdIndex } of ROSTER) {
      const of = walletOf(hdIndex).address;
      expect(await chain.balanceOf(of)).toBe(5_000_000n);
      expect(await askBalance(node.url, { token: network.usdc, of })).toBe(5_000_000n);
    }
    const nobody = walletOf(99).address;
    expect(await askBalance(node.url, { token: network.usdc, of: nobody })).toBe(0n);
    expect(await askBalance(node.url, { token: nobody, of: nobody }), 'no token').toBeUndefined();
    await node.stop();
    expect(await askBalance(node.url, { token: network.usdc, of: nobody })).toBeUndefined();
    expect(devPrivateKey(0)).toBe(
      '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
    );
  });

  it('has the same blocks, receipts, logs and balances after its node was killed', async () => {
    const chain = await start(aFolder());
    const tx = await transfer(chain.url);
    const before = await worldAt(chain.url, tx);

    const [pid] = chain.pids();
    process.kill(pid!, 'SIGKILL');

    // many at once, some of them while the history is being read again
    const after: unknown[] = [];
    for (let round = 0; round < 4; round++)
      after.push(...(await Promise.all([worldAt(chain.url, tx), worldAt(chain.url, tx)])));
    for (const world of after) expect(world).toEqual(before);
    expect(chain.pids()).not.toContain(pid);
    expect(await transfer(chain.url)).not.toBe(tx);
  });

  it('leaves no process when its parent is killed, and the next one continues where it stood', async () => {
    const dir = aFolder();
    const { parent, url, pid } = await inAnotherProcess(dir);
    const tx = await transfer(url);
    const before = await worldAt(url, tx);

    parent.kill('SIGKILL');
    await once(parent, 'exit');

    for (let tries = 0; isAlive(pid) && tries < 100; tries++) await sleep(20);
    expect(isAlive(pid)).toBe(false);
    expect(await worldAt((await start(dir)).url, tx)).toEqual(before);
  });

  it('takes off a line that was cut by a kill, and refuses a history that is damaged elsewhere', async () => {
    const dir = aFolder();
    const file = join(dir, 'blocks.jsonl');
    const chain = await start(dir);
    const tx = await transfer(chain.url);
    const before = await worldAt(chain.url, tx);
    await chain.stop();

    appendFileSync(file, '{"raw":"0x02f8');
    const again = await start(dir);
    expect(await worldAt(again.url, tx)).toEqual(before);
    await again.stop();

    writeFileSync(file, `nonsense\n${readFileSync(file, 'utf8')}`);
    await expect(start(dir)).rejects.toThrow('blocks.jsonl:1; begin anew with --fresh');
  });

  it('takes signed transactions and reads, nothing that its history could not repeat', async () => {
    const { url } = await start(aFolder());
    const ask = async (body: unknown): Promise<unknown> => {
      const response = await fetch(url, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return response.json();
    };

    for (const method of [
      'anvil_setBalance',
      'evm_revert',
      'eth_sendTransaction',
      'hardhat_reset',
    ]) {
      expect(await ask({ jsonrpc: '2.0', id: 7, method, params: [] })).toMatchObject({
        id: 7,
        error: { code: -32601 },
      });
    }
    expect(await ask('{')).toMatchObject({ error: { code: -32700 } });
    expect(
      await ask([
        { jsonrpc: '2.0', id: 1, method: 'eth_chainId' },
        { jsonrpc: '2.0', id: 2, method: 'eth_sendRawTransaction', params: ['0x00'] },
      ]),
    ).toMatchObject([
      { id: 1, result: '0x14a34' },
      { id: 2, error: {} },
    ]);
  });

  it('says in one sentence that its port is taken, and leaves no process', async () => {
    const taken = Number(new URL((await start(aFolder())).url).port);

    await expect(startChain({ dir: aFolder(), port: taken })).rejects.toThrow(
      `Port ${String(taken)} on 127.0.0.1 is already in use`,
    );
  });

  it('mines in intervals when told so', async () => {
    const { url } = await start(aFolder(), 1);
    const client = createClient({ transport: http(url) });

    const hash = await transfer(url);

    await expect(getTransactionReceipt(client, { hash })).rejects.toThrow('could not be found');
    await expect
      .poll(() => getTransactionReceipt(client, { hash }).catch(() => undefined), {
        timeout: 5_000,
      })
      .toMatchObject({ status: 'success' });
  });
});

/** A chain whose parent is not this process. */
async function inAnotherProcess(
  dir: string,
): Promise<{ parent: ChildProcess; url: string; pid: number }> {
  const module = new URL('../../../scripts/local/chain/chain.ts', import.meta.url).href;
  const program = `import { startChain } from ${JSON.stringify(module)};
    const chain = await startChain({ dir: ${JSON.stringify(dir)} });
    console.log(JSON.stringify({ url: chain.url, pid: chain.pids()[0] }));`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    cwd: new URL('../../..', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  return { parent, ...(JSON.parse(line.toString()) as { url: string; pid: number }) };
}
