import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { privateKeyToAccount } from 'viem/accounts';
import { EvmPayments } from '#adapters/evm/evm-payments.ts';
import { readWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { AgentOrders } from '#adapters/x402/agent-orders.ts';
import { Buyer } from '#adapters/x402/buyer.ts';
import { Address, type AgentId } from '#contract/ids.ts';
import { walletSecretName } from '#contract/keys.ts';
import { formatUsdc } from '#contract/money.ts';
import { PRODUCTS, Product } from '#contract/products.ts';
import { PaidAnswer } from '#contract/x402.ts';
import type { Lease } from '#core/ports/agents.ts';
import type { Purchase } from '#core/shop/buy-once.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { withLease } from '../stage/lease.ts';
import { economyAt } from './economy-at.ts';
import { agentId, type LookFlags, withLookFlags } from './options.ts';
import { refuseToWrite } from './out-file.ts';
import { fail, paint, print } from './output.ts';
import { take } from './products.ts';

const STAGE = 'local';

interface Flags extends LookFlags {
  readonly agent: AgentId;
  readonly dryRun: boolean;
  readonly out?: string;
  readonly force: boolean;
}

export function addBuy(program: Command): void {
  withLookFlags(program.command('buy'))
    .description(
      "Buys a product over HTTP 402 with an agent's wallet, through its money gate, and books it.",
    )
    .argument('<seller>', 'id of the agent that sells', agentId)
    .argument('<product>', `one of ${Product.options.join(', ')}`, product)
    .requiredOption('--agent <id>', 'who buys', agentId)
    .option('--dry-run', 'say the price and what the gate says to it; sign and pay nothing', false)
    .option('--out <file>', 'where to write it (default: <product>-<version>.ndjson.gz here)')
    .option('--force', 'replace a file that is there', false)
    .action((seller: AgentId, name: Product, flags: Flags) => buy(seller, name, flags).catch(fail));
}

function product(text: string): Product {
  const found = Product.safeParse(text);
  if (found.success) return found.data;
  throw new InvalidArgumentError(
    `${text} is no product: use one of ${Product.options.join(', ')}.`,
  );
}

async function buy(seller: AgentId, name: Product, flags: Flags): Promise<void> {
  const economy = await economyAt(flags.dir);
  if (flags.out !== undefined) await refuseToWrite(resolve(flags.out), flags.force);
  const { agents } = economy.clients;
  await withLease({ agents, agent: flags.agent }, async (lease) => {
    const { buyer, book, orders, address } = await buyerOf(lease, { economy, name });
    const shop = `${economy.connection.storefrontUrl}/products`;
    const url = `${shop}/${seller}/${name}`;
    const { price } = PRODUCTS[name];
    if (flags.dryRun) {
      const tag = await buyer.price(url, price);
      if ('kind' in tag) throw notBought(tag, shop);
      const to = Address.parse(tag.payTo);
      const gate = (await orders.gate({ from: address, to, amount: tag.price })) ?? 'passes';
      const dry = { url, priceUsdc: formatUsdc(tag.price), payTo: to, gate };
      print(flags.json, dry, () => `${url} costs ${dry.priceUsdc} USDC; the gate: ${gate}`);
      return;
    }
    const bought = await buyer.buy(url, price, book);
    if (bought.kind !== 'bought') throw notBought(bought, shop);
    const answer = PaidAnswer.parse(bought.answer);
    const file = await keep(answer, flags);
    if (bought.tx) await orders.done(bought.order, bought.tx.tx);
    const { amount } = bought.order.payment;
    const paid = { ...answer, paidUsdc: formatUsdc(amount), tx: bought.tx?.tx, file };
    print(flags.json, paid, () =>
      paint('green', `Paid ${paid.paidUsdc} USDC (${paid.tx ?? 'nothing taken'}): ${file}`),
    );
  });
}

type EconomyHere = Awaited<ReturnType<typeof economyAt>>;

async function buyerOf(
  lease: Lease,
  {
    economy: { connection, clients },
    name,
  }: { readonly economy: EconomyHere; readonly name: Product },
) {
  const { agents, chain, secrets } = clients;
  const { network } = chain;
  const now = () => new Date();
  const secret = walletSecretName(STAGE, lease.agentId);
  const signer = privateKeyToAccount(await readWalletSecret(secrets, secret));
  const account = `expense:${name}` as const;
  const orders = new AgentOrders({ agents, chain, network, lease, account, now });
  const hosts = [new URL(connection.storefrontUrl).host];
  const payments = new EvmPayments(chain);
  const buyer = new Buyer({ signer, network, hosts });
  return { buyer, book: { orders, payments, now }, orders, address: Address.parse(signer.address) };
}

/** Fetches what was paid for and checks it, before the order is forgotten. */
async function keep(answer: PaidAnswer, { out, force }: Flags): Promise<string> {
  const file = resolve(out ?? `${answer.product}-${answer.version}.ndjson.gz`);
  await refuseToWrite(file, force);
  const response = await fetch(answer.url, { redirect: 'error' });
  if (!response.ok || response.body === null)
    throw new CannotStart(
      `It is paid, but the goods answered ${response.status}: run the same command again, it pays nothing.`,
    );
  await take(response.body, answer, { out: file, isForced: force });
  return file;
}

function notBought(
  { kind, reason }: Exclude<Purchase, { kind: 'bought' }>,
  shop: string,
): CannotStart {
  return new CannotStart(
    kind === 'refused'
      ? `Not bought: ${reason}. Nothing was paid. What has a price tag stands in ${shop}; goods get theirs two minutes after they were made, once their seller has no deal under way.`
      : `Not bought yet: ${reason}. Run it again: the same payment is sent, never a second one.`,
  );
}
