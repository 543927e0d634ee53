import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { build } from '../build.ts';
import { synthesize } from '../local/economy/assembly.ts';

/** What of a stage's synthesized templates a bill asks for. */
export interface Stack {
  readonly counts: Readonly<Record<string, number>>;
  /** Megabytes by room; a room with a function per agent has them alike. */
  readonly memory: Readonly<Record<string, number>>;
  /** Metrics that alarms look at: each is paid for. */
  readonly alarmMetrics: number;
  /** Mappings that poll a queue. */
  readonly queueMappings: number;
  readonly relay: { readonly vCpu: number; readonly GB: number; readonly isSpot: boolean };
}

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
type Resource = z.infer<typeof Resource>;
const Template = z.object({ Resources: z.record(z.string(), Resource).default({}) });

/** Builds the rooms, synthesizes the stage and counts what its templates hold. */
export async function stackOf(stage: string): Promise<Stack> {
  await build({ quiet: true });
  const outDir = await mkdtemp(join(tmpdir(), 'viva-cost-'));
  try {
    await synthesize(stage, outDir);
    const files = (await readdir(outDir)).filter((name) => name.endsWith('.template.json'));
    const templates = await Promise.all(
      files.map(async (name) =>
        Template.parse(JSON.parse(await readFile(join(outDir, name), 'utf8'))),
      ),
    );
    return count(templates.flatMap(({ Resources }) => Object.values(Resources)));
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

function count(resources: readonly Resource[]): Stack {
  const counts: Record<string, number> = {};
  for (const { Type } of resources) counts[Type] = (counts[Type] ?? 0) + 1;
  const of = (type: string) => resources.filter(({ Type }) => Type === type);
  return {
    counts,
    memory: Object.fromEntries(of('AWS::Lambda::Function').flatMap(memoryOf)),
    alarmMetrics: of('AWS::CloudWatch::Alarm').reduce((sum, alarm) => sum + metricsIn(alarm), 0),
    queueMappings: counts['AWS::Lambda::EventSourceMapping'] ?? 0,
    relay: relayOf(of('AWS::ECS::TaskDefinition'), of('AWS::ECS::Service')),
  };
}

const Function = z.object({ FunctionName: z.string(), MemorySize: z.number() });

/** `economia-viva-<stage>-<room>[-kk-<agent>]` */
function memoryOf({ Properties }: Resource): [string, number][] {
  const { data } = Function.safeParse(Properties);
  if (data === undefined) return [];
  const room = /^economia-viva-[^-]+-(.+?)(?:-kk-.+)?$/.exec(data.FunctionName)?.[1];
  return room === undefined ? [] : [[room, data.MemorySize]];
}

const Alarm = z.object({
  Metrics: z.array(z.object({ MetricStat: z.unknown().optional() })).optional(),
});

function metricsIn({ Properties }: Resource): number {
  const metrics = Alarm.parse(Properties).Metrics ?? [];
  return Math.max(1, metrics.filter(({ MetricStat }) => MetricStat !== undefined).length);
}

const Task = z.object({ Cpu: z.coerce.number(), Memory: z.coerce.number() });
const Service = z.object({
  CapacityProviderStrategy: z.array(z.object({ CapacityProvider: z.string() })).default([]),
});

function relayOf(tasks: readonly Resource[], services: readonly Resource[]): Stack['relay'] {
  const [task] = tasks.map(({ Properties }) => Task.parse(Properties));
  const strategies = services.flatMap(
    ({ Properties }) => Service.parse(Properties).CapacityProviderStrategy,
  );
  return {
    vCpu: (task?.Cpu ?? 0) / 1024,
    GB: (task?.Memory ?? 0) / 1024,
    isSpot: strategies.some(({ CapacityProvider }) => CapacityProvider === 'FARGATE_SPOT'),
  };
}
