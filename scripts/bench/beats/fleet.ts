import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { build as esbuild, type Plugin } from 'esbuild';
import * as z from 'zod';
import { AgentId } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';
import { OPTIONS } from '../../build/bundle.ts';
import { assemble } from '../../local/economy/assembly.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const ROSTER_MODULE = join(ROOT, 'layers/contract/roster.ts');
const DECLARED = 'export const ROSTER: readonly Agent[] =';
const HEARTBEAT = 'economia-viva-local-heartbeat';
/** The one function that beats for all of them. */
export const FLEET = `${HEARTBEAT}-fleet`;

/** A member of a fleet: a role of the roster, with an id and wallet of its own. */
export interface Member {
  readonly id: AgentId;
  readonly like: AgentId;
  readonly hdIndex: number;
}

/** The roster, and as many more of its traders as it takes: one coordinator looks after them all. */
export function fleetOf(count: number): readonly Member[] {
  const traders = ROSTER.filter(({ role }) => role !== 'coordinator');
  return Array.from({ length: count }, (_, index) => {
    const known = ROSTER[index];
    if (known) return { id: known.id, like: known.id, hdIndex: known.hdIndex };
    const like = traders[index % traders.length]?.id ?? AgentId.parse('');
    return { id: AgentId.parse(`${like}-${index}`), like, hdIndex: 1_000 + index };
  });
}

/** The heartbeat's own sources, bundled as it is deployed, but with more entries on the roster. */
export async function bundleFleet(fleet: readonly Member[], outdir: string): Promise<void> {
  const entries = fleet.map(({ id, like, hdIndex }) => ({ id, like, hdIndex }));
  const longer: Plugin = {
    name: 'longer-roster',
    setup: (build) => {
      build.onLoad({ filter: /layers\/contract\/roster\.ts$/ }, async () => {
        const source = await readFile(ROSTER_MODULE, 'utf8');
        if (!source.includes(DECLARED)) throw new Error(`No "${DECLARED}" in ${ROSTER_MODULE}.`);
        const renamed = source.replace(DECLARED, 'const FIRST: readonly Agent[] =');
        const longer = `export const ROSTER: readonly Agent[] = ${JSON.stringify(entries)}.map(({ like, ...own }) => ({ ...FIRST.find(({ id }) => id === like), ...own }));`;
        return {
          contents: `${renamed}\n${longer}\n`,
          loader: 'ts',
          resolveDir: dirname(ROSTER_MODULE),
        };
      });
    },
  };
  await esbuild({
    ...OPTIONS,
    absWorkingDir: ROOT,
    entryPoints: ['functions/heartbeat/heartbeat.lambda.ts'],
    outdir,
    plugins: [longer, ...OPTIONS.plugins],
  });
  await writeFile(join(outdir, 'package.json'), '{"type":"module"}\n');
}

const Resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
type Resource = z.infer<typeof Resource>;
const Template = z.looseObject({
  Resources: z.record(z.string(), Resource),
  Outputs: z.record(z.string(), z.unknown()).default({}),
});

export interface FleetAssembly {
  readonly fleet: readonly Member[];
  /** Of the fleet's bundle. */
  readonly codeDir: string;
  /** Sandboxes at most. */
  readonly atOnce: number;
  /** @default - the stage's */
  readonly memoryMb?: number | undefined;
  /** Overrides and additions to the heartbeat's own. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The local stage's synthesized templates, with one function in the place of all heartbeats, no clock that beats them and no relay: whoever
 * measures says when they are due. Returns the folder.
 */
export async function assembleFleet(dir: string, given: FleetAssembly): Promise<string> {
  const source = await assemble();
  const target = join(dir, 'assembly');
  await mkdir(target, { recursive: true });
  for (const name of await readdir(source)) {
    const [from, to] = [join(source, name), join(target, name)];
    if (name.endsWith('.template.json')) await writeFile(to, await fleetTemplate(from, given));
    else if (name.endsWith('.assets.json'))
      await writeFile(to, await assetsAt(from, relative(target, source), given.codeDir));
    else if (name === 'manifest.json') await cp(from, to);
  }
  return target;
}

async function fleetTemplate(file: string, given: FleetAssembly): Promise<string> {
  const template = Template.parse(JSON.parse(await readFile(file, 'utf8')));
  const resources = Object.entries(template.Resources).flatMap(([id, resource]) => {
    const kept = keptIn(resource, given);
    return kept === undefined ? [] : [[id, kept] as const];
  });
  const Resources = Object.fromEntries(resources);
  const gone = Object.keys(template.Resources).filter((id) => !(id in Resources));
  const outputs = Object.entries(template.Outputs).filter(
    ([, output]) => !gone.some((id) => JSON.stringify(output).includes(`"${id}"`)),
  );
  return JSON.stringify({ ...template, Resources, Outputs: Object.fromEntries(outputs) });
}

const LEFT_OUT = /^AWS::(Scheduler::Schedule|ECS::Service|Lambda::EventInvokeConfig)$/;

function keptIn(resource: Resource, given: FleetAssembly): Resource | undefined {
  if (LEFT_OUT.test(resource.Type)) return undefined;
  const name = String(resource.Properties['FunctionName']);
  if (resource.Type !== 'AWS::Lambda::Function' || !name.startsWith(HEARTBEAT))
    return withFleetToWake(resource, given);
  return name === `${HEARTBEAT}-${ROSTER[0]?.id ?? ''}`
    ? fleetFunction(resource, given)
    : undefined;
}

const Environment = z.object({ Variables: z.record(z.string(), z.unknown()) });

function fleetFunction(
  { Type, Properties }: Resource,
  { fleet, atOnce, memoryMb, environment }: FleetAssembly,
): Resource {
  const { Variables } = Environment.parse(Properties['Environment']);
  return {
    Type,
    Properties: {
      ...Properties,
      FunctionName: FLEET,
      // as deployed: so many at once on a small machine are slower than a roster
      Timeout: 120,
      Code: { S3Key: 'fleet.zip' },
      ReservedConcurrentExecutions: atOnce,
      ...(memoryMb !== undefined && { MemorySize: memoryMb }),
      Environment: { Variables: { ...Variables, AGENT_ID: fleet[0]?.id, ...environment } },
    },
  };
}

/** Wake-ups of any of them go to the one function. */
function withFleetToWake(resource: Resource, { fleet }: FleetAssembly): Resource {
  const { data } = Environment.safeParse(resource.Properties['Environment']);
  if (data?.Variables['FUNCTIONS'] === undefined) return resource;
  const FUNCTIONS = JSON.stringify(Object.fromEntries(fleet.map(({ id }) => [id, FLEET])));
  const Variables = { ...data.Variables, FUNCTIONS };
  return { ...resource, Properties: { ...resource.Properties, Environment: { Variables } } };
}

const Assets = z.looseObject({
  files: z
    .record(z.string(), z.looseObject({ source: z.looseObject({ path: z.string().optional() }) }))
    .default({}),
});

/** The same assets from where they lie, and the fleet's code. */
async function assetsAt(file: string, folder: string, codeDir: string): Promise<string> {
  const assets = Assets.parse(JSON.parse(await readFile(file, 'utf8')));
  const moved = Object.entries(assets.files).map(([hash, { source, ...more }]) => {
    const path = source.path === undefined ? {} : { path: join(folder, source.path) };
    return [hash, { ...more, source: { ...source, ...path } }] as const;
  });
  const code = { source: { path: resolve(codeDir) } };
  const files: Record<string, unknown> = { ...Object.fromEntries(moved), fleet: code };
  return JSON.stringify({ ...assets, files });
}
