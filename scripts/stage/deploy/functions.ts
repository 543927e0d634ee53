import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const Template = z.object({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string() })).default({}),
});
/** `aws:asset:path` is what the CDK writes into metadata for whoever runs a function elsewhere: its folder in the assembly. */
const Named = z.object({
  Type: z.literal('AWS::Lambda::Function'),
  Properties: z.object({ FunctionName: z.string() }),
  Metadata: z.object({ 'aws:asset:path': z.string() }),
});

/** A function that a cloud assembly deploys. */
export interface DeployedFunction {
  readonly name: string;
  /** Folder of its files. */
  readonly bundle: string;
}

/** Every function of an assembly, by name: also rooms that nobody has thought of here. @throws when one has no fixed name, or no folder */
export async function functionsIn(assembly: string): Promise<readonly DeployedFunction[]> {
  const found: DeployedFunction[] = [];
  for await (const file of glob('*.template.json', { cwd: assembly })) {
    const text = await readFile(join(assembly, file), 'utf8');
    for (const resource of Object.values(Template.parse(JSON.parse(text)).Resources)) {
      if (resource.Type !== 'AWS::Lambda::Function') continue;
      const { Properties, Metadata } = Named.parse(resource);
      const bundle = join(assembly, Metadata['aws:asset:path']);
      found.push({ name: Properties.FunctionName, bundle });
    }
  }
  return found.toSorted((a, b) => a.name.localeCompare(b.name));
}
