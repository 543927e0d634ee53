import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const Manifest = z.looseObject({ artifacts: z.record(z.string(), z.unknown()) });
const Template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.looseObject({}).optional() }),
  ),
});
const KEPT = /-(?:state|logs)(?:\.assets)?$/;

/**
 * The stage without its agents, market and relay: what uploads need, as it is deployed, except that a message which its reader lost
 * is seen again after `hiddenSeconds`. Whoever is killed 200 times cannot wait a minute each time.
 */
export async function logsPartOf(
  assembly: string,
  to: string,
  hiddenSeconds: number,
): Promise<string> {
  await mkdir(to, { recursive: true });
  await cp(assembly, to, { recursive: true });
  const manifestFile = join(to, 'manifest.json');
  const manifest = Manifest.parse(JSON.parse(await readFile(manifestFile, 'utf8')));
  const artifacts = Object.fromEntries(
    Object.entries(manifest.artifacts).filter(([name]) => KEPT.test(name)),
  );
  await writeFile(manifestFile, JSON.stringify({ ...manifest, artifacts }));
  const stateFile = join(to, 'economia-viva-local-state.template.json');
  const template = Template.parse(JSON.parse(await readFile(stateFile, 'utf8')));
  for (const { Type, Properties } of Object.values(template.Resources))
    if (Type === 'AWS::SQS::Queue' && Properties?.['RedrivePolicy'] !== undefined)
      Properties['VisibilityTimeout'] = hiddenSeconds;
  await writeFile(stateFile, JSON.stringify(template));
  return to;
}
