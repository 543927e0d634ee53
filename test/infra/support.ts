import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { addStage } from '../../lib/economia-viva.ts';
import type { StageValues } from '../../lib/stages.ts';
import { aFolder } from '../support/folders.ts';

const ROOMS = [
  'heartbeat',
  'collect-logs',
  'market',
  'facilitator',
  'storefront',
  'wake',
  'reconcile',
  'irc-commands',
  'alarm-lines',
  'irc-relay',
];

/** A folder of rooms that stand for the built ones: infrastructure is tested without `dist`. */
export function roomsFolder(): string {
  const folder = aFolder();
  for (const room of ROOMS) {
    mkdirSync(join(folder, room));
    writeFileSync(join(folder, room, 'index.mjs'), `export const handler = () => '${room}';\n`);
    writeFileSync(join(folder, room, 'Dockerfile'), 'FROM scratch\n');
  }
  return folder;
}

export function anApp(rooms = roomsFolder()): App {
  return new App({
    analyticsReporting: false,
    // CloudFormation's own rules take most of a synth: synth.test.ts runs them once
    builtinCloudFormationValidation: false,
    outdir: aFolder(),
    context: {
      rooms,
      'aws:cdk:enable-asset-metadata': true,
      '@aws-cdk/core:defaultCrossStackReferences': 'strong',
    },
  });
}

export function aStack(): Stack {
  return new Stack(anApp(), 'test');
}

export type Properties = Readonly<Record<string, unknown>>;

export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  readonly Type: string;
  readonly Properties: Properties;
  readonly Metadata?: Properties;
  readonly DeletionPolicy?: string;
}

interface Synthesized {
  readonly Resources?: Record<string, Omit<Resource, 'stack' | 'logicalId'>>;
  readonly Outputs?: Record<
    string,
    { readonly Value: unknown; readonly Export?: { readonly Name: string } }
  >;
}

/** Every resource of a stage, with the name of its stack. */
export interface House {
  readonly all: readonly Resource[];
  readonly folder: string;
  of(type: string): readonly Resource[];
  /** The same object whether it is referred to within its stack or across stacks: its logical id. */
  target(reference: unknown): string;
}

export function houseOf(stage: StageValues): House {
  const app = anApp();
  addStage(app, stage);
  const assembly = app.synth();
  const templates = assembly.stacks.map(({ stackName, template }) => ({
    stack: stackName,
    template: template as Synthesized,
  }));
  const all = templates.flatMap(({ stack, template }) =>
    Object.entries(template.Resources ?? {}).map(([logicalId, resource]) => ({
      stack,
      logicalId,
      ...resource,
    })),
  );
  const exported = new Map(
    templates.flatMap(({ template }) =>
      Object.values(template.Outputs ?? {}).map(({ Value, Export }) => [Export?.Name, Value]),
    ),
  );
  const target = (reference: unknown): string => {
    const { Ref, ...more } = reference as Properties;
    if (typeof Ref === 'string') return Ref;
    const attribute = more['Fn::GetAtt'] as [string, string] | undefined;
    if (attribute) return attribute[0];
    const name = more['Fn::ImportValue'];
    if (typeof name === 'string') return target(exported.get(name));
    throw new Error(`No reference: ${JSON.stringify(reference)}`);
  };
  const of = (type: string) => all.filter(({ Type }) => Type === type);
  return { all, folder: assembly.directory, target, of };
}

export interface Statement {
  readonly role: string;
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
  readonly condition: Readonly<Record<string, Properties>>;
}

interface Policy {
  readonly PolicyDocument: { readonly Statement: readonly Properties[] };
  readonly Roles: readonly unknown[];
}

/** Every allowing statement of every role. */
export function statements(house: House): readonly Statement[] {
  return house.of('AWS::IAM::Policy').flatMap(({ Properties }) => {
    const { PolicyDocument, Roles } = Properties as unknown as Policy;
    return Roles.flatMap((role) =>
      PolicyDocument.Statement.map((statement) => ({
        role: house.target(role),
        actions: [statement['Action']].flat() as string[],
        resources: [statement['Resource']].flat(),
        condition: (statement['Condition'] ?? {}) as Statement['condition'],
      })),
    );
  });
}

/** What lies at this path; undefined where the last step finds nothing. @throws when an earlier one does */
export function get(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown>)[key],
    value,
  );
}
