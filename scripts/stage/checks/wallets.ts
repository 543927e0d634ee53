import { formatEther } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { getBalance, getCode } from 'viem/actions';
import { Registries } from '#adapters/identity/registries.ts';
import { findWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { Address } from '#contract/ids.ts';
import { walletSecretName } from '#contract/keys.ts';
import { formatUsdc } from '#contract/money.ts';
import { ROSTER, walletOwners } from '#contract/roster.ts';
import { CONTRACTS } from '../../contracts/contracts.ts';
import { refuseOtherChain, type Site } from '../site.ts';
import { type Check, type Found, failed, ok, skipped, together } from './check.ts';

/** A settlement costs some 200,000 gas: on Base this lasts for hundreds of them. In wei. */
const GAS = 500_000_000_000_000n;

type Wallets = ReadonlyMap<string, Address>;

/** Keys, and what the chain says of them. Secrets are read once; nothing of them is ever printed but addresses. */
export function walletChecks(site: Site): readonly Check[] {
  const reading = readWallets(site);
  reading.catch(() => undefined);
  const known = (look: (wallets: Wallets) => Promise<Found>) => async () => {
    const wallets = await reading.then(
      (one) => one.wallets,
      () => undefined,
    );
    return wallets === undefined ? skipped('no wallet can be read') : look(wallets);
  };
  return [
    { name: 'chain', look: () => chain(site) },
    { name: 'secrets', look: async () => (await reading).found },
    { name: 'usdc', look: known((wallets) => usdc(site, wallets)) },
    { name: 'gas', look: known((wallets) => gas(site, wallets)) },
    { name: 'identity', look: known((wallets) => identity(site, wallets)) },
  ];
}

async function chain(site: Site): Promise<Found> {
  await refuseOtherChain(site);
  const { network, stage } = site;
  const codes = await Promise.all(
    CONTRACTS.map(async (name) => ({
      name,
      code: await getCode(site.chain.client, { address: network[name] }),
    })),
  );
  const absent = codes.filter(({ code }) => code === undefined).map(({ name }) => name);
  return absent.length === 0
    ? ok(`${network.name}, chain ${network.chainId}, all contracts stand`)
    : failed(
        `${network.name} has no ${absent.join(', ')} where layers/contract/networks.ts says`,
        `viva contracts deploy --stage ${stage.name}`,
      );
}

async function readWallets({
  stage,
  secrets,
}: Site): Promise<{ readonly wallets: Wallets; readonly found: Found }> {
  const wallets = new Map<string, Address>();
  const owners = walletOwners({ hasOwnMarket: stage.market.kind === 'own' });
  const each = await Promise.all(
    owners.map(async ({ name }): Promise<Found> => {
      const secret = walletSecretName(stage.name, name);
      const key = await findWalletSecret(secrets, secret).catch((error: unknown) => {
        if (error instanceof Error && error.message.includes('holds no wallet'))
          return 'malformed' as const;
        throw error;
      });
      if (key === 'malformed')
        return failed(`${secret} holds no wallet`, `viva wallets import ${name} --replace`);
      if (key === undefined) return failed(`${secret} is empty`, 'viva wallets create');
      wallets.set(name, Address.parse(privateKeyToAddress(key)));
      return ok('');
    }),
  );
  return { wallets, found: together(each, `${wallets.size} wallets, each well-formed`) };
}

/** Every buyer must be able to pay for one deal and keep its reserve. */
async function usdc({ stage, chain: evm }: Site, wallets: Wallets): Promise<Found> {
  const buyers = ROSTER.filter(({ wants }) => wants.length > 0);
  const each = await Promise.all(
    buyers.map(async ({ id, budget }) => {
      const wallet = wallets.get(id);
      const held = wallet === undefined ? 0n : await evm.balanceOf(wallet);
      const needed = budget.reserve + budget.perDeal;
      return held >= needed
        ? ok('')
        : failed(
            `${id} (${wallet ?? 'no wallet'}) holds ${formatUsdc(held)} USDC and needs ${formatUsdc(needed)}`,
            `viva wallets fund --stage ${stage.name}`,
          );
    }),
  );
  return together(each, `all ${buyers.length} buyers can pay`);
}

async function gas({ stage, chain: { client } }: Site, wallets: Wallets): Promise<Found> {
  if (stage.market.kind === 'other') return skipped("the market's facilitator pays for it");
  const facilitator = wallets.get('facilitator');
  if (facilitator === undefined) return skipped('the facilitator has no wallet');
  const held = await getBalance(client, { address: facilitator });
  return held >= GAS
    ? ok(`the facilitator ${facilitator} holds ${formatEther(held)} ether`)
    : failed(
        `the facilitator ${facilitator} holds ${formatEther(held)} ether and needs ${formatEther(GAS)}`,
        `send it ether on ${stage.network}`,
      );
}

async function identity({ stage, chain: evm }: Site, wallets: Wallets): Promise<Found> {
  const registries = new Registries(evm);
  const each = await Promise.all(
    ROSTER.map(async ({ id }) => {
      const wallet = wallets.get(id);
      const named = stage.identities?.[id];
      if (wallet === undefined || named === undefined) return ok('');
      return (await registries.confirm(BigInt(named), wallet))
        ? ok('')
        : failed(
            `ERC-8004 identity ${named} is not of ${id}'s wallet ${wallet}`,
            'hand it over to that wallet, or take it out of `identities` in lib/stages.ts',
          );
    }),
  );
  return together(
    each,
    stage.identities
      ? 'each is of its wallet'
      : 'agents without one are registered in their first beat',
  );
}
