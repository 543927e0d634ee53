import type { BuyDeal } from '#contract/deal.ts';
import type { Address, AgentId } from '#contract/ids.ts';
import type { Peer } from '#contract/peer.ts';
import { agentOf } from '#contract/roster.ts';
import type { Standing } from '../ports/identities.ts';
import type { Application } from '../ports/market.ts';
import { hasCheated, outcomesWith } from './peers.ts';

/** What a stranger needs before we buy of it: so many of our own clients' words, and so good ones on the average. */
const MINIMUM = { count: 3, score: 70 } as const;
/** Our own sellers begin with the trust of three words of 75. */
const PRIOR = { count: 3, score: 75 } as const;

/** What is known of those who apply. */
export interface Field {
  readonly self: Address;
  readonly roster: ReadonlyMap<Address, AgentId>;
  /** Standing on chain by wallet; who is absent has none, or could not be asked about. @default - nobody has any */
  readonly standings?: ReadonlyMap<Address, Standing> | undefined;
  /** What we remember of them ourselves. @default - nothing */
  readonly peers?: ReadonlyMap<Address, Peer> | undefined;
}

interface Candidate extends Application {
  readonly name: string;
  readonly trust: number;
  /** With goods that the validator condemned. */
  readonly hasCheated: boolean;
}

/** Who may be paid: the roster, and who has earned it. */
export function payeesAmong({ roster, standings = new Map() }: Field): ReadonlySet<Address> {
  const earned = [...standings].filter(([, standing]) => isReputable(standing));
  return new Set([...roster.keys(), ...earned.map(([wallet]) => wallet)]);
}

/** Whether our own clients have said enough good of somebody whom we do not know. */
function isReputable({ count, score }: Standing): boolean {
  return count >= MINIMUM.count && score >= MINIMUM.score;
}

/**
 * The applicant to assign: it sells this product, by the roster or by its reputation; it is not ourselves, and has not failed us in
 * this deal, under whatever wallet; an owner with several wallets counts once. Who never cheated us comes first, then the most trusted,
 * then the earliest.
 * Undefined when nobody fits.
 */
export function choose(
  deal: BuyDeal,
  applications: readonly Application[],
  field: Field,
): NonNullable<BuyDeal['seller']> | undefined {
  const ownerOf = ({ wallet }: Application) => field.standings?.get(wallet)?.owner ?? wallet;
  const failed = applications.filter(({ executorId }) => deal.shunned.includes(executorId));
  const seen = new Set([field.self, ...failed.map(ownerOf)]);
  const fitting = applications
    .filter(({ status, executorId, wallet }) => {
      const isOut = deal.shunned.includes(executorId) || wallet === field.self;
      return status === 'pending' && !isOut;
    })
    .toSorted((a, b) => a.appliedAt.getTime() - b.appliedAt.getTime())
    .flatMap((application) => {
      const candidate = vetted(application, deal, field);
      const owner = ownerOf(application);
      if (candidate === undefined || seen.has(owner)) return [];
      seen.add(owner);
      return [candidate];
    });
  // the sort is stable: equals stay in the order in which they came
  const [best] = fitting.toSorted(
    (a, b) => Number(a.hasCheated) - Number(b.hasCheated) || b.trust - a.trust,
  );
  return best && { wallet: best.wallet, executorId: best.executorId, name: best.name };
}

/** Undefined for who does not sell this product, as far as we know. */
function vetted(
  application: Application,
  { product }: BuyDeal,
  { roster, standings, peers }: Field,
): Candidate | undefined {
  const name = roster.get(application.wallet);
  const standing = standings?.get(application.wallet);
  const peer = peers?.get(application.wallet);
  const known = {
    trust: trustIn(standing, peer),
    hasCheated: peer !== undefined && hasCheated(peer),
  };
  if (name !== undefined) {
    const sells = agentOf(name).sells.includes(product);
    return sells ? { ...application, name, ...known } : undefined;
  }
  if (standing === undefined || !isReputable(standing)) return undefined;
  return { ...application, name: application.wallet, ...known };
}

/**
 * The mean of what was said and of what we have seen ourselves, with the prior as so many words more: one word does not make a best
 * seller. That is the mean of a Beta distribution (Josang and Ismail, The Beta Reputation System, 2002).
 */
function trustIn(
  { count, score }: Pick<Standing, 'count' | 'score'> = { count: 0, score: 0 },
  peer?: Peer,
): number {
  const { kept, all } = peer === undefined ? { kept: 0, all: 0 } : outcomesWith(peer);
  const sum = PRIOR.count * PRIOR.score + count * score + 100 * kept;
  return sum / (PRIOR.count + count + all);
}
