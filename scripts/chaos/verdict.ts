import { ROSTER } from '#contract/roster.ts';

/** Who bought what from whom. */
export interface Trade {
  readonly product: string;
  readonly buyer: string;
  readonly seller: string;
}

/** What one finished round left, as seen from outside. Money in decimal USDC. */
export interface Evidence {
  /** Exit code of the last process; undefined when a signal that was not ours ended it. */
  readonly exitCode: number | undefined;
  /** What the run's own report says of its deals. */
  readonly reported: readonly Trade[];
  /** Faults that the run's own report names. */
  readonly errors: readonly string[];
  /** Seller of each payment that the escrow paid out, by the chain's logs. */
  readonly captured: readonly string[];
  /** Payments locked, and of these neither paid out nor given back. */
  readonly stillLocked: number;
  readonly wallets: readonly {
    readonly agent: string;
    readonly chain: string;
    readonly ledger: string;
  }[];
  readonly tasks: readonly { readonly id: string; readonly status: string }[];
  /** Command lines of processes that outlived the economy. */
  readonly orphans: readonly string[];
}

export interface Verdict {
  readonly deals: number;
  readonly paidTwice: number;
  readonly violations: readonly string[];
}

/** The trades of one whole supply chain, as the roster wants them: eight with the roster as it is. */
export function expectedTrades(): readonly Trade[] {
  return ROSTER.flatMap(({ id: buyer, wants }) =>
    wants.map((product) => ({
      product,
      buyer,
      seller: ROSTER.find(({ sells }) => sells.includes(product))?.id ?? 'nobody',
    })),
  );
}

/** Holds one round against what must hold whatever was killed. */
export function judge(evidence: Evidence): Verdict {
  const { exitCode, reported, errors, captured, stillLocked, wallets, tasks, orphans } = evidence;
  const expected = expectedTrades();
  const { missing, extra } = compare(expected.map(nameOf), reported.map(nameOf));
  const payments = compare(
    expected.map(({ seller }) => seller),
    captured,
  );
  const completed = tasks.filter(({ status }) => status === 'completed').length;
  const unfinished = tasks.filter(({ status }) => status !== 'completed' && status !== 'cancelled');
  const violations = [
    ...(exitCode === 0 ? [] : [`the last run ended with ${exitCode ?? 'a signal'}`]),
    ...errors,
    ...missing.map((name) => `no deal: ${name}`),
    ...extra.map((name) => `one deal too many: ${name}`),
    ...payments.missing.map((seller) => `${seller} was not paid for one deal`),
    ...payments.extra.map((seller) => `${seller} was paid once too often`),
    ...(stillLocked === 0 ? [] : [`${stillLocked} payments are still locked in escrow`]),
    ...wallets
      .filter(({ chain, ledger }) => chain !== ledger)
      .map(
        ({ agent, chain, ledger }) =>
          `${agent} has ${chain} USDC on chain, but ${ledger} in its ledger`,
      ),
    ...(completed === expected.length
      ? []
      : [`the market has ${completed} completed tasks, not ${expected.length}`]),
    ...unfinished.map(({ id, status }) => `task ${id} is left ${status}`),
    ...orphans.map((command) => `left running: ${command}`),
  ];
  return { deals: reported.length, paidTwice: payments.extra.length, violations };
}

function nameOf({ product, buyer, seller }: Trade): string {
  return `${product} from ${seller} to ${buyer}`;
}

/** Both lists as multisets: what is in the first alone, what in the second alone. */
function compare(
  wanted: readonly string[],
  found: readonly string[],
): { readonly missing: readonly string[]; readonly extra: readonly string[] } {
  const missing = [...wanted];
  const extra = found.filter((one) => {
    const at = missing.indexOf(one);
    if (at !== -1) missing.splice(at, 1);
    return at === -1;
  });
  return { missing, extra };
}
