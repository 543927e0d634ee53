import type { Command } from 'commander';
import { ROSTER } from '#contract/roster.ts';
import { wholeNumber } from '../viva/options.ts';
import { fail, print, table } from '../viva/output.ts';
import { dynamoAlone, transferAlone } from './floors.ts';
import { flatOut, quantile, type Sample, tenths } from './load.ts';
import { type Addresses, besideMarket } from './market/alone.ts';
import { deal, partyAt } from './money/deal.ts';
import { type SignatureRow, signatures } from './money/signing.ts';

interface Options {
  readonly json: boolean;
  readonly seconds: number;
}

interface Work {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

interface MoneyBench {
  readonly signatures: readonly SignatureRow[];
  /** One whole deal after the other, by one buyer and one seller. */
  readonly deal: Work;
  /** A transfer of the token, sent and mined; an item, written or read. One after the other. */
  readonly floors: Readonly<Record<'anvil' | 'dynamodb', Work>>;
  /** A deal's time over a transfer's, and over one request to DynamoDB. */
  readonly ratios: Readonly<Record<'anvil' | 'dynamodb', number>>;
}

export function addMoneyBench(program: Command): void {
  program
    .command('money')
    .description(
      'Signatures a second, and whole deals on a market of its own, beside anvil alone and DynamoDB alone.',
    )
    .option('--seconds <n>', 'how long each is measured', wholeNumber, 5)
    .option('--json', 'prints one JSON value', false)
    .action(({ seconds, json }: Options) =>
      bench(seconds)
        .then((result) => {
          print(json, result, () => text(result));
        })
        .catch(fail),
    );
}

async function bench(seconds: number): Promise<MoneyBench> {
  const signed = await signatures(seconds);
  const { deals, anvil, dynamodb } = await besideMarket((market) => works(market, seconds));
  return {
    signatures: signed,
    deal: deals,
    floors: { anvil, dynamodb },
    ratios: {
      anvil: tenths(deals.p50Ms / anvil.p50Ms),
      dynamodb: tenths(deals.p50Ms / dynamodb.p50Ms),
    },
  };
}

async function works(addresses: Addresses, seconds: number) {
  const [first, second] = ROSTER;
  if (!first || !second) throw new Error('Nobody is on the roster.');
  const parties = {
    buyer: partyAt(addresses, first.hdIndex),
    seller: partyAt(addresses, second.hdIndex),
  };
  // cold starts are not what is measured
  for (let i = 0; i < 3; i += 1) await deal(parties, addresses);
  const load = { workers: 1, seconds };
  const one = () => ({ call: 'deal', done: deal(parties, addresses).then(() => true) });
  return {
    deals: workOf(await flatOut(one, load)),
    anvil: workOf(await flatOut(transferAlone(addresses), load)),
    dynamodb: workOf(await flatOut(dynamoAlone(addresses), load)),
  };
}

function workOf(samples: readonly Sample[]): Work {
  const total = samples.reduce((sum, { ms }) => sum + ms, 0);
  return {
    perSecond: tenths((samples.length * 1000) / total),
    p50Ms: quantile(samples, 0.5),
    p95Ms: quantile(samples, 0.95),
  };
}

function text({ signatures: rows, deal: deals, floors, ratios }: MoneyBench): string {
  const line = (name: string, { perSecond, p50Ms, p95Ms }: Work) => [
    name,
    `${perSecond}`,
    `${p50Ms}`,
    `${p95Ms}`,
  ];
  return [
    table(
      ['SIGNATURE', 'A SECOND', 'CPU MS', 'OF THE FLOOR'],
      rows.map(({ what, perSecond, cpuMs, ratio }) => [
        what,
        `${perSecond}`,
        `${cpuMs}`,
        `${ratio}`,
      ]),
    ),
    table(
      ['', 'A SECOND', 'P50 MS', 'P95 MS'],
      [
        line('whole deal', deals),
        line('transfer, anvil alone', floors.anvil),
        line('item, DynamoDB alone', floors.dynamodb),
      ],
    ),
    `A deal takes ${ratios.anvil} times a transfer and ${ratios.dynamodb} times a request to DynamoDB.`,
  ].join('\n\n');
}
