import { CannotStart } from './cannot-start.ts';
import { readAssembly, type Stack } from './template/assembly.ts';
import { apiId, identityOf, isIgnored } from './template/identity.ts';
import { type Identity, Resolver } from './template/intrinsics.ts';
import type { LocalResource } from './template/resource.ts';

export interface LoadOptions {
  /** Cloud assembly folder (`cdk.out`). */
  readonly assembly: string;
  /** Names of the stacks wanted; what they import must be among them. @default - all */
  readonly stacks?: readonly string[] | undefined;
  /** Values of CfnParameters by name. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly queueUrl: (name: string) => string;
  readonly secretArn: (name: string) => string;
  /** Binds a server for each HTTP API, before anything that needs its address is computed; gives its address. */
  readonly bindApi: (api: ApiToBind) => Promise<string>;
}

export interface ApiToBind {
  readonly id: string;
  readonly logicalId: string;
  /** The Name property, when it is plain text. */
  readonly name: string | undefined;
}

/** A synthesized app with every name, address and reference in it computed. */
export interface Loaded {
  /** Resources of these types, conditions considered. */
  readonly ofType: (...types: readonly string[]) => readonly LocalResource[];
  readonly outputs: () => Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Reads the stacks and gives each resource its local identity. Nothing is created: names and addresses follow from the
 * template, so that resources may refer to each other in any direction.
 * @throws CannotStart for a type, function or reference that has no local counterpart, naming it and its stack
 */
export async function loadTemplates(options: LoadOptions): Promise<Loaded> {
  const { stacks: wanted } = options;
  const stacks = readAssembly(options.assembly).filter(
    ({ name }) => wanted === undefined || wanted.includes(name),
  );
  if (stacks.length === 0) {
    throw new CannotStart(
      `${options.assembly} holds no stack: synthesize the app first (npm run synth).`,
    );
  }
  checkParameters(stacks, options.parameters);
  const app = await openApp(stacks, options);
  const resources = stacks.flatMap((stack) => resourcesOf(stack, app));
  return {
    ofType: (...types) => resources.filter(({ type }) => types.includes(type)),
    outputs: () => outputsOf(stacks, app.resolver),
  };
}

interface App {
  readonly resolver: Resolver;
  readonly identify: (stack: Stack, logicalId: string) => Identity;
}

async function openApp(stacks: readonly Stack[], options: LoadOptions): Promise<App> {
  const apiUrls = await bindApis(stacks, options);
  const identities = new Map<Stack, Map<string, Identity>>(
    stacks.map((stack) => [stack, new Map()]),
  );

  function identify(stack: Stack, logicalId: string): Identity {
    const known = identities.get(stack)?.get(logicalId);
    if (known) return known;
    const identity = identityOf(
      { stack, logicalId },
      {
        property: (name) => {
          const value = resolver.resolve(
            stack,
            stack.template.Resources[logicalId]?.Properties[name],
          );
          return typeof value === 'string' || typeof value === 'boolean'
            ? String(value)
            : undefined;
        },
        queueUrl: options.queueUrl,
        secretArn: options.secretArn,
        apiUrl: () => apiUrls.get(apiId({ stack, logicalId })) ?? '',
      },
    );
    identities.get(stack)?.set(logicalId, identity);
    return identity;
  }

  const resolver = new Resolver({
    stacks,
    parameters: options.parameters,
    identify,
    rewrite: (text) => localAddresses(text, apiUrls),
  });
  return { resolver, identify };
}

async function bindApis(
  stacks: readonly Stack[],
  { bindApi }: LoadOptions,
): Promise<ReadonlyMap<string, string>> {
  const urls = new Map<string, string>();
  for (const stack of stacks) {
    for (const [logicalId, { Type, Properties }] of Object.entries(stack.template.Resources)) {
      if (Type !== 'AWS::ApiGatewayV2::Api') continue;
      const id = apiId({ stack, logicalId });
      const name = Properties['Name'];
      urls.set(
        id,
        await bindApi({ id, logicalId, name: typeof name === 'string' ? name : undefined }),
      );
    }
  }
  return urls;
}

/** The address that AWS would give an API, as CDK composes it, becomes the local one. */
function localAddresses(text: string, apiUrls: ReadonlyMap<string, string>): string {
  let local = text;
  for (const [id, url] of apiUrls)
    local = local.replaceAll(`https://${id}.execute-api.us-east-1.amazonaws.com`, url);
  return local;
}

function resourcesOf(stack: Stack, { resolver, identify }: App): LocalResource[] {
  return Object.entries(stack.template.Resources).flatMap(([logicalId, resource]) => {
    if (!resolver.holds(stack, resource.Condition)) return [];
    const identity = identify(stack, logicalId);
    if (isIgnored(resource.Type)) return [];
    const properties = Object.fromEntries(
      Object.entries(resource.Properties).map(([name, value]) => [
        name,
        resolver.resolve(stack, value),
      ]),
    );
    return [{ stack, logicalId, type: resource.Type, properties, identity }];
  });
}

function outputsOf(
  stacks: readonly Stack[],
  resolver: Resolver,
): Record<string, Record<string, string>> {
  return Object.fromEntries(
    stacks.map((stack) => {
      const outputs = Object.entries(stack.template.Outputs).filter(([, { Condition }]) =>
        resolver.holds(stack, Condition),
      );
      return [
        stack.name,
        Object.fromEntries(
          outputs.map(([name, { Value }]) => [name, String(resolver.resolve(stack, Value))]),
        ),
      ];
    }),
  );
}

function checkParameters(
  stacks: readonly Stack[],
  parameters: Readonly<Record<string, string>>,
): void {
  for (const name of Object.keys(parameters)) {
    if (stacks.some(({ template }) => name in template.Parameters)) continue;
    throw new CannotStart(
      `No stack has a parameter ${name}: leave it out, or declare it as a CfnParameter.`,
    );
  }
}
