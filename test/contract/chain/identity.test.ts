import { encodeFunctionData } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reputationAbi } from '#adapters/identity/abi.ts';
import { EvmIdentities } from '#adapters/identity/evm-identities.ts';
import { registerIdentity } from '#adapters/identity/register.ts';
import { Registries } from '#adapters/identity/registries.ts';
import { Address, AgentId } from '#contract/ids.ts';
import { SERVICE_HD_INDEX } from '#contract/roster.ts';
import { devAccount } from '../../../scripts/local/chain/accounts.ts';
import { network, startHouse, walletOf } from './house.ts';

let house: Awaited<ReturnType<typeof startHouse>>;
let registries: Registries;
beforeAll(async () => {
  house = await startHouse();
  registries = new Registries(house.chain);
});
afterAll(() => house.stop());

const VALIDATOR = AgentId.parse('kk-validator');
const uri = (index: number) => `http://storefront.test/agents/${index}/card.json`;
const signerOf = (index: number) => {
  const wallet = walletOf(index);
  const signMessage = (bytes: Uint8Array) => wallet.signMessage(bytes);
  return { chainId: network.chainId, address: wallet.address, signMessage };
};
const register = (index: number) =>
  registerIdentity({
    facilitatorUrl: house.url,
    network,
    agentUri: uri(index),
    signer: signerOf(index),
    now: Math.floor(Date.now() / 1000),
  });

/** Says `value` of an agent, from the deployer's wallet, which has gas. */
async function say(agentId: bigint, value: bigint): Promise<string> {
  const deployer = devAccount(SERVICE_HD_INDEX.deployer);
  const data = encodeFunctionData({
    abi: reputationAbi,
    functionName: 'giveFeedback',
    args: [agentId, value, 0, 'delivery', 'raw_logs', '', '', `0x${'00'.repeat(32)}`],
  });
  const nonce = Number(await house.rpc('eth_getTransactionCount', [deployer.address, 'latest']));
  const raw = await deployer.signTransaction({
    type: 'eip1559',
    chainId: network.chainId,
    nonce,
    gas: 1_000_000n,
    maxFeePerGas: 10_000_000_000n,
    maxPriorityFeePerGas: 0n,
    to: network.reputation,
    data,
  });
  return String(await house.rpc('eth_sendRawTransaction', [raw]));
}

describe('identity', () => {
  it('registers a wallet without gas, once however often and however many at once', async () => {
    expect(await registries.identityOf(walletOf(1).address)).toBeUndefined();

    const ids = [...(await Promise.all([register(1), register(1)])), await register(1)];

    expect(new Set(ids).size).toBe(1);
    expect(await registries.identityOf(walletOf(1).address)).toEqual({
      agentId: ids[0],
      owner: walletOf(1).address,
      uri: uri(1),
    });
  });

  it('gives another wallet another identity', async () => {
    expect(await register(2)).not.toBe(await register(1));
  });

  it('spends its gas on nobody who did not sign, nor for another wallet', async () => {
    const body = JSON.stringify({
      network: network.caip2,
      agentUri: uri(3),
      recipient: walletOf(3).address,
    });
    const headers = { 'content-type': 'application/json' };
    const unsigned = await fetch(`${house.url}/register`, { method: 'POST', headers, body });
    expect(unsigned.status).toBe(401);
    await expect(
      registerIdentity({
        facilitatorUrl: house.url,
        network,
        agentUri: uri(3),
        signer: { ...signerOf(2), address: walletOf(3).address },
        now: Math.floor(Date.now() / 1000),
      }),
    ).rejects.toThrow(/40[13]/);
    expect(await registries.identityOf(walletOf(3).address)).toBeUndefined();
  });
});

describe('an agent', () => {
  const identitiesOf = (index: number, imported?: string) =>
    new EvmIdentities({
      chain: house.chain,
      signer: signerOf(index),
      facilitatorUrl: house.url,
      storefrontUrl: 'http://storefront.test',
      imported,
      lookUp: (wallet) => registries.identityOf(wallet).then((one) => one?.agentId),
      now: () => new Date(),
    });

  it('registers itself when the registry knows it not, with its card, and finds that again', async () => {
    const own = await identitiesOf(4).own(VALIDATOR);

    expect(await identitiesOf(4).own(VALIDATOR)).toBe(own);
    expect(await registries.identityOf(walletOf(4).address)).toEqual({
      agentId: own,
      owner: walletOf(4).address,
      uri: `http://storefront.test/agents/${VALIDATOR}/card.json`,
    });
  });

  it('takes the identity that the operator names, when it is of its wallet and not otherwise', async () => {
    const own = await identitiesOf(4).own(VALIDATOR);

    expect(await identitiesOf(4, own.toString()).own(VALIDATOR)).toBe(own);
    await expect(identitiesOf(5, own.toString()).own(VALIDATOR)).rejects.toThrow(
      /is not of our wallet/,
    );
    await expect(identitiesOf(5, '999999').own(VALIDATOR)).rejects.toThrow(/is not of our wallet/);
    expect(await registries.identityOf(walletOf(5).address)).toBeUndefined();
  });

  it('knows the standing of a wallet, whatever somebody claims of it', async () => {
    const own = await identitiesOf(4).own(VALIDATOR);
    const us = Address.parse(devAccount(SERVICE_HD_INDEX.deployer).address);
    await say(own, 60n);

    const standingOf = (index: number) => identitiesOf(6).standingOf(walletOf(index).address, [us]);
    expect(await standingOf(4)).toEqual({ owner: walletOf(4).address, count: 1, score: 60 });
    expect(await standingOf(5)).toBeUndefined();
    const liar = new EvmIdentities({
      chain: house.chain,
      signer: signerOf(6),
      facilitatorUrl: house.url,
      storefrontUrl: 'http://storefront.test',
      lookUp: () => Promise.resolve(own),
      now: () => new Date(),
    });
    expect(await liar.standingOf(walletOf(1).address, [us])).toBeUndefined();
  });

  it('believes who speaks for a wallet from the registry alone', async () => {
    const own = await identitiesOf(4).own(VALIDATOR);

    expect(await registries.confirm(own, walletOf(4).address)).toEqual({
      agentId: own,
      owner: walletOf(4).address,
    });
    expect(await registries.confirm(own, walletOf(5).address)).toBeUndefined();
    expect(await registries.confirm(999_999n, walletOf(4).address)).toBeUndefined();
  });
});

describe('reputation', () => {
  it('counts what our own clients said, and nothing that others say', async () => {
    const agentId = await register(1);
    const us = Address.parse(devAccount(SERVICE_HD_INDEX.deployer).address);
    await say(agentId, 90n);
    await say(agentId, 70n);

    expect(await registries.reputationOf(agentId, [us], 'delivery')).toEqual({
      count: 2,
      score: 80,
    });
    expect(await registries.reputationOf(agentId, [us], 'other')).toMatchObject({ count: 0 });
    expect(await registries.reputationOf(agentId, [walletOf(6).address])).toMatchObject({
      count: 0,
    });
    expect(await registries.reputationOf(agentId, [])).toEqual({ count: 0, score: 0 });
  });
});
