import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CREDENTIALS, REGION } from '../../local/cloud/aws.ts';
import { memoryOf } from '../../local/cloud/process-facts.ts';
import { type Call, flatOut, quantile } from '../load.ts';
import type { Addresses } from './alone.ts';
import { layTasks } from './stock.ts';
import { SKILL } from './traders.ts';

export interface MemoryRow {
  readonly tasks: number;
  /** Of the hungriest process of the market's function so far (Linux only, else 0). */
  readonly peakRssMb: number;
  readonly p95Ms: number;
}

/** The same load with a tenth of the tasks in the table, and with all. */
export async function memoryAt(
  call: Call,
  { tasks, seconds }: { readonly tasks: number; readonly seconds: number },
  { dynamodbUrl, table, pid }: Addresses,
): Promise<readonly MemoryRow[]> {
  const dynamo = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: dynamodbUrl, region: REGION, credentials: CREDENTIALS }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
  const rows: MemoryRow[] = [];
  let from = 0;
  for (const to of [Math.ceil(tasks / 10), tasks]) {
    await layTasks(dynamo, table, { from, to, skill: SKILL });
    from = to;
    const samples = await flatOut(call, { workers: 4, seconds });
    rows.push({ tasks: to, peakRssMb: peakOfFunctions(pid), p95Ms: quantile(samples, 0.95) });
  }
  return rows;
}

/** Functions run in children of the market's process, each a bootstrap. */
function peakOfFunctions(pid: number): number {
  const peaks = childrenOf(pid)
    .filter((child) => commandOf(child).includes('bootstrap'))
    .map((child) => memoryOf(child)?.peakMb ?? 0);
  return Math.round(Math.max(0, ...peaks));
}

function childrenOf(pid: number): readonly number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
