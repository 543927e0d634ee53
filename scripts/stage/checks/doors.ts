import * as z from 'zod';
import type { Network } from '#contract/networks.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import type { Place, Site } from '../site.ts';
import { type Check, type Found, failed, ok, skipped } from './check.ts';

/** Why nobody knows where its doors are, in words, while nobody does. */
type WhereIs = () => Promise<Place | string>;

/** Whatever answers over HTTP: a stage's own doors exist only once it is deployed. */
export function doorChecks({ stage, network }: Site, where: WhereIs): readonly Check[] {
  const { market } = stage;
  const given = market.kind === 'other' ? market : undefined;
  const door = (
    name: 'market' | 'facilitator' | 'storefront',
    fixed: string | undefined,
    knock: (url: string) => Promise<Found>,
  ): Check => ({
    name,
    look: async () => {
      if (fixed !== undefined) return knock(fixed);
      const place = await where();
      return typeof place === 'string' ? skipped(place) : knock(place[`${name}Url`]);
    },
  });
  return [
    door('market', given?.marketUrl, answers('/health')),
    door('facilitator', given?.facilitatorUrl, (url) => facilitator(url, network)),
    door('storefront', undefined, answers('/products')),
  ];
}

function answers(path: string): (url: string) => Promise<Found> {
  return async (url) => {
    const { status } = await get(url + path);
    return status === 200
      ? ok(url)
      : failed(`${url}${path} answers ${status}`, 'look into its log (docs/runbook.md)');
  };
}

const Supported = z.object({
  kinds: z.array(z.object({ scheme: z.string(), network: z.string() })),
});

async function facilitator(url: string, { caip2 }: Network): Promise<Found> {
  const response = await get(`${url}/supported`);
  const { kinds = [] } =
    Supported.safeParse(await response.json().catch(() => undefined)).data ?? {};
  return kinds.some(({ scheme, network }) => scheme === 'exact' && network === caip2)
    ? ok(url)
    : failed(
        `${url}/supported does not offer "exact" payments on ${caip2}`,
        'name another facilitator in lib/stages.ts',
      );
}

async function get(url: string): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(10_000) });
  } catch (cause) {
    throw new CannotStart(
      `${new URL(url).origin} does not answer: check network and proxy; if they are well, its log (docs/runbook.md, room-fails) or its operator.`,
      { cause },
    );
  }
}
