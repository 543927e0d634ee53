import { AgentId } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import { PRODUCTS } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';
import { VALIDATION, VALIDATOR } from '#contract/verdict.ts';
import { priceTag } from './shop.ts';
import type { Services } from './wiring.ts';

/**
 * `GET /agents/{id}/card.json`: the registration file that an ERC-8004 identity points to.
 * https://eips.ethereum.org/EIPS/eip-8004 (section "Agent URI and Agent Registration File")
 */
export async function card(id: string, services: Services): Promise<Response> {
  const { wallets, network, origin } = services;
  const agent = ROSTER.find((member) => member.id === AgentId.safeParse(id).data);
  if (agent === undefined) return Response.json({ detail: 'No such agent.' }, { status: 404 });
  const sold = agent.sells.map((product) => PRODUCTS[product].title.toLowerCase());
  const goods = agent.sells.map(async (product) => {
    return { product, price: await priceTag(agent.id, product, services) };
  });
  return Response.json({
    type: 'https://eips.ethereum.org/EIPS/eip-8004#registration-v1',
    name: agent.id,
    description: `${agent.role} of Economía Viva${sold.length > 0 ? `; sells ${sold.join(', ')}` : ''}`,
    role: agent.role,
    wallet: await wallets.of(agent.id),
    network: network.caip2,
    x402Support: agent.sells.length > 0 || agent.id === VALIDATOR,
    active: true,
    services: [...(await Promise.all(goods)), ...(agent.id === VALIDATOR ? [VALIDATION] : [])].map(
      ({ product, price }) => ({
        name: 'x402',
        endpoint: `${origin}/products/${agent.id}/${product}`,
        product,
        priceUsdc: formatUsdc(price),
      }),
    ),
  });
}
