import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { CannotStart } from '../cannot-start.ts';

const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z
        .object({
          templateFile: z.string().optional(),
          stackName: z.string().optional(),
          directoryName: z.string().optional(),
        })
        .optional(),
    }),
  ),
});

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
});

const Template = z.object({
  Parameters: z
    .record(z.string(), z.object({ Type: z.string(), Default: z.unknown().optional() }))
    .default({}),
  Mappings: z
    .record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())))
    .default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), Resource).default({}),
  Outputs: z
    .record(
      z.string(),
      z.object({
        Value: z.unknown(),
        Condition: z.string().optional(),
        Export: z.object({ Name: z.unknown() }).optional(),
      }),
    )
    .default({}),
});

/** The asset manifest beside a template: https://docs.aws.amazon.com/cdk/api/v2/docs/cloud-assembly-schema-readme.html */
const Assets = z.object({
  files: z
    .record(z.string(), z.object({ source: z.object({ path: z.string().optional() }) }))
    .default({}),
});

/** One stack of a cloud assembly: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html */
export interface Stack {
  readonly name: string;
  /** Folders and files of its assets, by hash; absolute. */
  readonly assets: ReadonlyMap<string, string>;
  readonly template: z.infer<typeof Template>;
}

/**
 * Reads every stack of a synthesized CDK app (`cdk.out`), its stages included.
 * @throws CannotStart when the folder holds none
 */
export function readAssembly(dir: string): readonly Stack[] {
  const { artifacts } = Manifest.parse(readJson(join(dir, 'manifest.json')));
  return Object.entries(artifacts).flatMap(([id, { type, properties = {} }]) => {
    if (type === 'cdk:cloud-assembly')
      return readAssembly(join(dir, properties.directoryName ?? id));
    if (type !== 'aws:cloudformation:stack') return [];
    const templateFile = properties.templateFile ?? `${id}.template.json`;
    const template = Template.parse(readJson(join(dir, templateFile)));
    const assets = readAssets(dir, templateFile.replace(/\.template\.json$/, '.assets.json'));
    return [{ name: properties.stackName ?? id, assets, template }];
  });
}

function readAssets(dir: string, file: string): ReadonlyMap<string, string> {
  if (!existsSync(join(dir, file))) return new Map();
  const { files } = Assets.parse(readJson(join(dir, file)));
  return new Map(
    Object.entries(files).flatMap(([hash, { source }]) =>
      source.path === undefined ? [] : [[hash, resolve(dir, source.path)]],
    ),
  );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CannotStart(
      `${file} could not be read, so there is nothing to create resources from: synthesize the app first (npm run synth).`,
      { cause: error },
    );
  }
}
