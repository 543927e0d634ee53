import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pad } from 'viem';
import * as z from 'zod';
import { NETWORKS } from '#contract/networks.ts';
import { ROSTER, SERVICE_HD_INDEX } from '#contract/roster.ts';
import { creationOf } from '../../contracts/contracts.ts';
import { CannotStart } from '../cloud/cannot-start.ts';
import { DEV_MNEMONIC, devAccount } from './accounts.ts';
import { type Anvil, startAnvil } from './anvil.ts';
import { IDENTITY, TEST_USDC } from './artefacts.ts';
import { type Journal, openJournal, type Step } from './journal.ts';
import { ask, demand, type RpcReply } from './rpc.ts';

const ETHER = '0x21e19e0c9bab2400000'; // 10,000
const SOME_GAS = '0x2386f26fc10000'; // 0.01
const Genesis = z.object({ timestamp: z.number().int(), token: z.string() });
type Genesis = z.infer<typeof Genesis>;
const Block = z.object({ timestamp: z.string() });

export interface NodeOptions {
  readonly dir: string;
  /** Unix seconds. */
  readonly now: () => number;
}

/** A chain that forgets nothing: anvil, and the journal from which it is made again at every start. */
export class ChainNode {
  readonly #options: NodeOptions;
  readonly #genesis: Genesis;
  readonly #journal: Journal;
  #anvil: Anvil | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #isDown = true;
  #isInstant = true;
  #isWaiting = false;
  #isStopped = false;
  #ahead = 0;
  #last = 0;

  private constructor(options: NodeOptions, genesis: Genesis, journal: Journal) {
    this.#options = options;
    this.#genesis = genesis;
    this.#journal = journal;
  }

  static async start(options: NodeOptions): Promise<ChainNode> {
    await mkdir(options.dir, { recursive: true });
    const genesis = await readGenesis(join(options.dir, 'genesis.json'), options.now);
    const journal = await openJournal(join(options.dir, 'blocks.jsonl'));
    const node = new ChainNode(options, genesis, journal);
    try {
      await node.#alone(() => Promise.resolve());
    } catch (error) {
      await journal.close();
      throw error;
    }
    return node;
  }

  /** Any read, while the node lives; it is started again when it was killed. */
  async ask(method: string, params: readonly unknown[]): Promise<RpcReply> {
    // half a history is a wrong one
    if (this.#isDown) await this.#alone(() => Promise.resolve());
    try {
      return await ask(this.#live().url, method, params);
    } catch {
      // killed under us, it seems: its successor is made in the queue
      await Promise.race([this.#live().exited, sleep(1000)]);
      await this.#alone(() => Promise.resolve());
      return ask(this.#live().url, method, params);
    }
  }

  /** Takes a signed transaction and mines it at once, unless it is to wait for `mine`. On the disk before it is answered. */
  send(raw: string): Promise<RpcReply> {
    return this.#record(() => (this.#isInstant ? { raw, mine: this.#tick() } : { raw }));
  }

  /** Mines a block, `skip` seconds further ahead of the clock than the one before. */
  mine(skip = 0): Promise<RpcReply> {
    return this.#record(() => {
      this.#ahead += skip;
      return { mine: this.#tick() };
    });
  }

  /** From now on transactions wait for `mine`. */
  holdBack(): void {
    this.#isInstant = false;
  }

  /** A transaction waits for `mine`. */
  hasWaiting(): boolean {
    return this.#isWaiting;
  }

  pid(): number {
    return this.#live().pid;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#alone(() => this.#live().stop());
    await this.#journal.close();
  }

  /** A new anvil, and into it all that the journal holds. */
  async #boot(): Promise<void> {
    const anvil = await startAnvil({
      chainId: NETWORKS.local.chainId,
      mnemonic: DEV_MNEMONIC,
      genesis: this.#genesis.timestamp,
      home: this.#options.dir,
    });
    this.#anvil = anvil;
    try {
      await prepare(anvil.url);
      for (const step of await this.#journal.read()) await this.#take(step);
      this.#last = await timeOf(anvil.url);
    } catch (error) {
      await anvil.stop();
      throw error;
    }
    this.#isDown = false;
    void anvil.exited.then(() => {
      this.#isDown = true;
      // at once; should it fail, the next request tries again and is told why
      if (!this.#isStopped) this.#alone(() => Promise.resolve()).catch(() => undefined);
    });
  }

  #live(): Anvil {
    if (!this.#anvil) throw new Error('The chain has not started.');
    return this.#anvil;
  }

  /** One after the other, on a living node: the order in the journal is the order on the chain. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(async () => {
      if (this.#isDown && !this.#isStopped) await this.#boot();
      return work();
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #record(make: () => Step): Promise<RpcReply> {
    return this.#alone(async () => {
      const step = make();
      await this.#journal.append(step);
      try {
        return await this.#take(step);
      } catch (error) {
        // node and journal may differ now: the journal is right, so the node is made again of it
        await this.#live().stop();
        throw error;
      }
    });
  }

  /** Does one step. A refused transaction mines nothing, at the first time as at every replay. */
  async #take({ raw, mine }: Step): Promise<RpcReply> {
    const { url } = this.#live();
    const reply =
      raw === undefined ? { result: '0x0' } : await ask(url, 'eth_sendRawTransaction', [raw]);
    if ('error' in reply) return reply;
    this.#isWaiting = mine === undefined;
    if (mine === undefined) return reply;
    const mined = await ask(url, 'evm_mine', [{ timestamp: mine }]);
    return 'error' in mined ? mined : reply;
  }

  #tick(): number {
    this.#last = Math.max(this.#options.now() + this.#ahead, this.#last);
    return this.#last;
  }
}

/** What stands in the world before the first block: token and ERC-8004 registries at their own addresses, and gas for those who send. */
async function prepare(url: string): Promise<void> {
  const { usdc, identity, reputation } = NETWORKS.local;
  const deployer = devAccount(SERVICE_HD_INDEX.deployer).address;
  await demand(url, 'anvil_setCode', [usdc, TEST_USDC.runtime]);
  await demand(url, 'anvil_setCode', [identity, IDENTITY.runtime]);
  const creation = creationOf('reputation', NETWORKS.local, deployer);
  const runtime = await demand(url, 'eth_call', [{ data: creation }, 'latest']);
  await demand(url, 'anvil_setCode', [reputation, runtime]);
  await demand(url, 'anvil_setStorageAt', [usdc, pad('0x0'), pad(deployer)]);
  for (const address of [deployer, devAccount(SERVICE_HD_INDEX.facilitator).address]) {
    await demand(url, 'anvil_setBalance', [address, ETHER]);
  }
  // a payer reclaims by itself
  for (const { hdIndex } of ROSTER)
    await demand(url, 'anvil_setBalance', [devAccount(hdIndex).address, SOME_GAS]);
}

async function timeOf(url: string): Promise<number> {
  const block = Block.parse(await demand(url, 'eth_getBlockByNumber', ['latest', false]));
  return Number(block.timestamp);
}

/** Block 0 is chosen once: everything after it follows from it. */
async function readGenesis(file: string, now: () => number): Promise<Genesis> {
  const token = createHash('sha256').update(TEST_USDC.runtime).digest('hex');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    const genesis = { timestamp: now(), token };
    await writeFile(`${file}.new`, JSON.stringify(genesis), { flush: true });
    await rename(`${file}.new`, file);
    return genesis;
  }
  const genesis = Genesis.parse(JSON.parse(text));
  if (genesis.token !== token) {
    throw new CannotStart(
      `The chain in ${file} was begun with another test token; begin anew with --fresh.`,
    );
  }
  return genesis;
}
