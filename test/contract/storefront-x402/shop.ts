import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { Books } from '#adapters/dynamodb/books.ts';
import { EvmPayments } from '#adapters/evm/evm-payments.ts';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { type ProductManifest, PUBLIC_FILE } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';
import type { handler as Handler } from '../../../functions/storefront/storefront.lambda.ts';
import { createTable } from '../../../scripts/local/cloud/create-table.ts';
import { listen } from '../../../scripts/local/cloud/http.ts';
import { startS3 } from '../../../scripts/local/cloud/s3.ts';
import { aFolder } from '../../support/folders.ts';
import { openDoor } from '../../support/room-door.ts';
import { network, startHouse, walletOf } from '../chain/house.ts';

export const SELLER = AgentId.parse('kk-karma-hello');
const TABLE = 'economy';
const BUCKET = 'data';

const manifest: ProductManifest = {
  v: 1,
  product: 'raw_logs',
  version: '0123456789abcdef',
  seller: SELLER,
  sha256: 'ab'.repeat(32),
  bytes: 4,
  records: 1234,
  users: 20,
  from: '2025-10-21T00:00:00Z',
  to: '2025-10-22T00:00:00Z',
  inputs: [{ product: 'corpus', version: 'cd'.repeat(32) }],
  codeVersion: '1',
  method: 'sorted',
  pseudonymised: true,
  sample: [{ v: 1, user: 'ana', text: 'hola' }],
};

/** Chain, facilitator, tables, bucket, and the storefront's real handler behind a port; karma-hello has raw logs on its shelf. */
export async function openShop() {
  const house = await startHouse();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const s3 = await startS3({ dir: aFolder(), credentials, onObject: () => undefined });
  s3.createBucket(BUCKET);
  const facilitator = await gate(house.url);
  const wakeUps = await queue();
  const client = new DynamoDBClient();
  const dynamo = DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
  });
  await createTable(client, TABLE);
  const agents = new DynamoAgents(dynamo, TABLE);
  for (const { id, hdIndex } of ROSTER) await agents.enrol(id, walletOf(hdIndex).address);

  const room: { handler?: typeof Handler } = {};
  const server = await openDoor('storefront', async (event) =>
    room.handler?.(event as Parameters<typeof Handler>[0]),
  );
  Object.assign(process.env, {
    ECONOMY_TABLE: TABLE,
    DATA_BUCKET: BUCKET,
    FACILITATOR_URL: facilitator.url,
    STOREFRONT_URL: server.url,
    WAKE_QUEUE_URL: `${wakeUps.url}/queue/wake`,
    AWS_ENDPOINT_URL_SQS: wakeUps.url,
    AWS_ENDPOINT_URL_S3: s3.url,
  });
  // imported late: it wires itself from the environment
  room.handler = (await import('../../../functions/storefront/storefront.lambda.ts')).handler;

  const objects = new S3Objects(new S3Client(), BUCKET);
  const json = new TextEncoder().encode(JSON.stringify(manifest));
  await objects.put(objectKey.newest(SELLER, 'raw_logs'), json, {
    contentType: 'application/json',
  });
  await objects.put(
    objectKey.product(SELLER, 'raw_logs', `${manifest.version}/${PUBLIC_FILE}`),
    new TextEncoder().encode('data'),
    { contentType: 'application/gzip' },
  );
  return {
    house,
    manifest,
    agents,
    books: new Books(dynamo, TABLE),
    payments: new EvmPayments(house.chain),
    dynamo,
    table: TABLE,
    objects,
    facilitator,
    /** Bodies of the wake-ups that were sent. */
    wakeUps: wakeUps.bodies,
    url: server.url,
    doorUrl: `${server.url}/products/${SELLER}/raw_logs`,
    network,
    close: async () => {
      await Promise.all([server.close(), facilitator.close(), wakeUps.close(), s3.close()]);
      await house.stop();
    },
  };
}

/** A way to the facilitator that a test may close, or on which an answer is lost after it was heard. */
async function gate(target: string) {
  const state = { isDown: false, losesAnswers: false, settlements: 0, refuses: '-' };
  const server = await listen((request, response) => {
    void (async () => {
      const body = Buffer.concat(await request.toArray());
      if (state.isDown || body.includes(`"nonce":"${state.refuses}`)) {
        request.socket.destroy();
        return;
      }
      if (request.url === '/settle') state.settlements += 1;
      const answer = await fetch(`${target}${request.url}`, {
        method: request.method ?? 'GET',
        headers: { 'content-type': 'application/json' },
        ...(request.method === 'POST' && { body }),
      });
      const text = await answer.text();
      if (state.losesAnswers && request.url === '/settle') {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
    })();
  });
  return { url: server.url, state, close: () => server.close() };
}

/** A queue that takes messages; its readers are elsewhere. */
async function queue() {
  const bodies: string[] = [];
  const server = await listen((request, response) => {
    void (async () => {
      const { MessageBody: body } = JSON.parse(
        Buffer.concat(await request.toArray()).toString(),
      ) as { MessageBody: string };
      bodies.push(body);
      const MD5OfMessageBody = createHash('md5').update(body).digest('hex');
      response
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
        .end(JSON.stringify({ MessageId: String(bodies.length), MD5OfMessageBody }));
    })();
  });
  return { url: server.url, bodies, close: () => server.close() };
}
