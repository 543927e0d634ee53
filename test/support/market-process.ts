import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoExchange } from '#adapters/dynamodb/market/exchange.ts';
import { NETWORKS } from '#contract/networks.ts';
import { marketApp } from '../../functions/market/app.ts';
import { peakRssMb } from '../../scripts/local/cloud/process-facts.ts';
import { PaperEscrow } from './paper-escrow.ts';

// The market in a process of its own: `node market-process.ts <DynamoDB's URL> <table> <skill> <times>` browses it so many times and
// prints how much memory (MiB) and how many tasks that took.
const [endpoint = '', table = '', skill = '', times = '0'] = process.argv.slice(2);
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const dynamo = DynamoDBDocumentClient.from(
  new DynamoDBClient({ endpoint, region: 'us-east-1', credentials }),
  { marshallOptions: { removeUndefinedValues: true } },
);
const escrow = new PaperEscrow();
const app = marketApp({
  exchange: new DynamoExchange(dynamo, table),
  nonces: { consume: () => Promise.resolve(true) },
  chain: escrow,
  facilitator: escrow,
  network: NETWORKS.local,
  now: () => new Date(),
  log: {
    info: () => undefined,
    error: (event) => {
      throw new Error(event);
    },
  },
  requireWorkerAuth: false,
});
let listed = 0;
for (let i = 0; i < Number(times); i += 1) {
  const query = i % 2 === 0 ? `skills=${skill}&limit=20` : 'limit=20';
  const answer = await app.request(`/api/v1/tasks/available?${query}`);
  const { count } = (await answer.json()) as { count: number };
  listed += count;
}
process.stdout.write(JSON.stringify({ peakMb: peakRssMb(), listed }));
dynamo.destroy();
