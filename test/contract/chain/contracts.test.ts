import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, custom, http, parseAbi, zeroAddress } from 'viem';
import { getCode, getTransactionCount, readContract, simulateContract } from 'viem/actions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NETWORKS, type Network } from '#contract/networks.ts';
import { SERVICE_HD_INDEX } from '#contract/roster.ts';
import { CONTRACTS } from '../../../scripts/contracts/contracts.ts';
import { type Deployed, deployMissing } from '../../../scripts/contracts/deploy.ts';
import { verifyContracts } from '../../../scripts/contracts/verify.ts';
import { devAccount } from '../../../scripts/local/chain/accounts.ts';
import { startChain } from '../../../scripts/local/chain/chain.ts';

const dir = mkdtempSync(join(tmpdir(), 'viva-contracts-'));
let chain: Awaited<ReturnType<typeof startChain>>;
let client: Client;
beforeAll(async () => {
  chain = await startChain({ dir });
  client = createClient({ transport: http(chain.url) });
});
afterAll(async () => {
  await chain.stop();
  rmSync(dir, { recursive: true });
});

const { address: facilitator } = devAccount(SERVICE_HD_INDEX.facilitator);
const nowhere = Object.fromEntries(CONTRACTS.map((name) => [name, zeroAddress]));
/** A chain of which nothing is known. */
const bare: Network = { ...NETWORKS.local, ...nowhere };
const deploy = (index: number, over: Partial<Parameters<typeof deployMissing>[0]> = {}) => {
  const account = devAccount(index);
  return deployMissing({ client, account, network: bare, facilitator, ...over });
};
const sent = (index: number) => getTransactionCount(client, { address: devAccount(index).address });
const entered = (done: readonly Deployed[]): Network => ({
  ...bare,
  ...Object.fromEntries(done.map(({ name, address }) => [name, address])),
});

describe('contracts', () => {
  it('are the checked-in ones where the local chain has them', async () => {
    const verified = await verifyContracts(client, NETWORKS.local, facilitator);

    expect(verified.map(({ name, status, ok }) => [name, status, ok])).toEqual(
      CONTRACTS.map((name) => [name, 'ours', true]),
    );
  });

  it('are found wanting: no code, other code, another facilitator', async () => {
    const { escrow, usdc } = NETWORKS.local;
    const muddled = { ...NETWORKS.local, escrow: usdc, usdc: escrow, identity: facilitator };
    const status = (await verifyContracts(client, muddled, facilitator)).map((one) => [
      one.name,
      one.status,
    ]);
    expect(Object.fromEntries(status)).toEqual({
      escrow: 'differs',
      tokenCollector: 'differs',
      operator: 'differs',
      usdc: 'differs',
      identity: 'absent',
      reputation: 'differs',
    });
    const stranger = await verifyContracts(client, NETWORKS.local, devAccount(3).address);
    expect(stranger.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['operator']);
  });

  it('are told what would be done, and nothing is', async () => {
    const plan = await deploy(0, { isDry: true });

    expect(plan.map(({ status }) => status)).toEqual(CONTRACTS.map(() => 'would-deploy'));
    expect(await sent(0)).toBe(0);
    const done = await deploy(0);
    expect(done.map(({ address }) => address)).toEqual(plan.map(({ address }) => address));
  });

  it('are deployed once: a second run finds them by their code', async () => {
    const first = await deploy(0);
    const before = await sent(0);

    const again = await deploy(0);

    expect(again.map(({ address, status }) => [address, status])).toEqual(
      first.map(({ address }) => [address, 'there']),
    );
    expect(await sent(0)).toBe(before);
    const verified = await verifyContracts(client, entered(first), facilitator);
    expect(verified.every(({ ok }) => ok)).toBe(true);
  });

  it('are finished by the next run when one was killed', async () => {
    let left = 2;
    const dying = createClient({
      transport: custom({
        request: async ({ method, params }: { method: string; params: unknown }) => {
          if (method === 'eth_sendRawTransaction' && left-- === 0) throw new Error('killed');
          return client.request({ method, params } as never);
        },
      }),
    });
    await expect(deploy(1, { client: dying })).rejects.toThrow();
    expect(await sent(1)).toBe(2);

    const done = await deploy(1);

    expect(done.filter(({ status }) => status === 'there')).toHaveLength(2);
    expect(await sent(1)).toBe(CONTRACTS.length);
  });

  it('work together: the deployer mints, feedback knows its identities', async () => {
    const at = entered(await deploy(0));
    const abi = parseAbi([
      'function mint(address to, uint256 value) returns (bool)',
      'function getIdentityRegistry() view returns (address)',
    ]);
    const mint = (index: number) =>
      simulateContract(client, {
        ...{ address: at.usdc, abi, functionName: 'mint', args: [facilitator, 1n] },
        account: devAccount(index).address,
      } as const);
    expect((await mint(0)).result).toBe(true);
    await expect(mint(1)).rejects.toThrow();
    const known = await readContract(client, {
      ...{ address: at.reputation, abi, functionName: 'getIdentityRegistry' },
    } as const);
    expect(known.toLowerCase()).toBe(at.identity);
  });

  it('leave alone what is somebody else’s on a public chain', async () => {
    const { usdc, identity, reputation } = NETWORKS.local;
    const other = { usdc: NETWORKS.local.escrow, identity: usdc, reputation: identity };
    const sandbox: Network = { ...bare, name: 'base-sepolia', ...other };
    expect(await getCode(client, { address: reputation })).toBeDefined();

    const plan = await deploy(4, { network: sandbox, isDry: true });

    expect(Object.fromEntries(plan.map(({ name, status }) => [name, status]))).toEqual({
      escrow: 'would-deploy',
      tokenCollector: 'would-deploy',
      operator: 'would-deploy',
      usdc: 'foreign',
      identity: 'foreign',
      reputation: 'foreign',
    });
  });
});
