import type { Context } from 'hono';
import { discovery } from '#adapters/x402/discovery.ts';
import type { Offer } from '#adapters/x402/till.ts';
import { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { formatUsdc } from '#contract/money.ts';
import { DATA_FILE, NewestProduct, PRODUCTS, Product, PUBLIC_FILE } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';
import type { PaidAnswer, Sale } from '#contract/x402.ts';
import { atTheTill, plain } from './counter.ts';
import { validationTag } from './validation.ts';
import type { Services } from './wiring.ts';

/** Life of the URL in a paid answer, in seconds. */
const PRESIGNED_SECONDS = 3600;

/** `GET /products`: what can be bought at this door now, each with its price tag. */
export async function catalogue(services: Services): Promise<Response> {
  const shelves = ROSTER.flatMap(({ id, sells }) => sells.map((product) => ({ id, product })));
  const goods = await Promise.all(
    shelves.map(async ({ id, product }) => {
      const manifest = await newest(id, product, services);
      return manifest === undefined ? [] : [shown(manifest, services)];
    }),
  );
  return Response.json({ x402Version: 2, products: [...goods.flat(), validationTag(services)] });
}

/** What anyone may see of a product: what it is, what it costs, and a sample. */
function shown(manifest: NewestProduct, services: Services): Record<string, unknown> {
  const { v: _v, seller, inputs: _inputs, price: _price, ...facts } = manifest;
  const { title } = PRODUCTS[manifest.product];
  const tag = { priceUsdc: formatUsdc(priceOf(manifest)), network: services.network.caip2 };
  return { agent: seller, title, ...tag, url: urlOf(services, seller, manifest.product), ...facts };
}

/** `GET /products/{agent}/{product}`: 402 with the price and what may be seen for nothing, or what was paid for. */
export async function sell(c: Context, services: Services): Promise<Response> {
  const seller = AgentId.safeParse(c.req.param('agent')).data;
  const product = Product.safeParse(c.req.param('product')).data;
  const agent = ROSTER.find(({ id }) => id === seller);
  if (product === undefined || agent?.sells.includes(product) !== true)
    return plain(404, 'No such product: GET /products shows what is sold, and by whom.');
  const [payTo, manifest] = await Promise.all([
    services.wallets.of(agent.id),
    newest(agent.id, product, services),
  ]);
  if (payTo === undefined || manifest === undefined)
    return plain(404, `${agent.id} has no ${product} to sell yet: come back later.`);

  const { version, sha256, bytes, records, pseudonymised } = manifest;
  const goods = { product, seller: agent.id, version, sha256, bytes, records, pseudonymised };
  const url = urlOf(services, agent.id, product);
  const offer: Offer = {
    url,
    description: `${PRODUCTS[product].title} of ${agent.id}: ${records} records, gzipped NDJSON`,
    payTo,
    price: priceOf(manifest),
    extensions: discovery({ ...goods, url: 'https://...' }),
    shown: shown(manifest, services),
  };
  return atTheTill(
    c,
    { offer, goodsFor: () => goods, answer: (sale) => answerOf(sale, services) },
    services,
  );
}

/** What was sold is what the sale says, whatever is newest by now. */
async function answerOf({ goods }: Sale, { objects }: Services): Promise<PaidAnswer> {
  if ('order' in goods) throw new Error('A validation has no goods.');
  const { seller, product, version, pseudonymised } = goods;
  // sales of before were of the goods with their names
  const file = pseudonymised === true ? PUBLIC_FILE : DATA_FILE;
  const key = objectKey.product(seller, product, `${version}/${file}`);
  const fileName = `${product}-${version}.ndjson.gz`;
  return { ...goods, url: await objects.presign(key, PRESIGNED_SECONDS, fileName) };
}

/** Micro-USDC that the door asks for a product now; the list price of what is not there yet. */
export async function priceTag(
  seller: AgentId,
  product: Product,
  services: Services,
): Promise<bigint> {
  const manifest = await newest(seller, product, services);
  return manifest === undefined ? PRODUCTS[product].price : priceOf(manifest);
}

function priceOf({ product, price }: NewestProduct): bigint {
  return price ?? PRODUCTS[product].price;
}

async function newest(
  seller: AgentId,
  product: Product,
  { objects }: Services,
): Promise<NewestProduct | undefined> {
  const stored = await objects.read(objectKey.newest(seller, product));
  const manifest = stored && NewestProduct.parse(JSON.parse(new TextDecoder().decode(stored)));
  // goods of before stand there with their names: nobody may buy them so
  return manifest?.pseudonymised === true ? manifest : undefined;
}

function urlOf({ origin }: Services, seller: AgentId, product: Product): string {
  return `${origin}/products/${seller}/${product}`;
}
