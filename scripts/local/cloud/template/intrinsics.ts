import * as z from 'zod';
import { ACCOUNT, PARTITION, REGION } from '../aws.ts';
import { CannotStart } from '../cannot-start.ts';
import type { Stack } from './assembly.ts';

/** What `Ref` and `Fn::GetAtt` of a created resource give. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** It has no local counterpart, so any other attribute of it gives its name. */
  readonly isElsewhere?: boolean;
}

export interface ResolverOptions {
  readonly stacks: readonly Stack[];
  /** Values of CfnParameters, by name, for every stack that declares them. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly identify: (stack: Stack, logicalId: string) => Identity;
  /** Last word on every text that was put together. */
  readonly rewrite: (text: string) => string;
}

export interface Resolver {
  /** The value with every intrinsic function computed; `AWS::NoValue` becomes undefined. */
  readonly resolve: (stack: Stack, value: unknown) => unknown;
  readonly holds: (stack: Stack, condition: string | undefined) => boolean;
}

const Pair = z.tuple([z.unknown(), z.unknown()]);
const Triple = z.tuple([z.unknown(), z.unknown(), z.unknown()]);
const Values = z.array(z.unknown());
const Named = z.record(z.string(), z.unknown());
const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

type Compute = (stack: Stack, argument: unknown) => unknown;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
export function createResolver(options: ResolverOptions): Resolver {
  const text = (stack: Stack, value: unknown): string => Text.parse(resolve(stack, value));
  const holds = (stack: Stack, name: unknown): boolean => {
    if (name === undefined) return true;
    const condition = stack.template.Conditions[String(name)];
    if (condition === undefined) throw unknownName(stack, `the condition ${String(name)}`);
    return resolve(stack, condition) === true;
  };
  const list = (stack: Stack, value: unknown): unknown[] => Values.parse(resolve(stack, value));

  const functions: Readonly<Record<string, Compute>> = {
    Ref: (stack, name) => reference(options, stack, { name: z.string().parse(name), resolve }),
    'Fn::GetAtt': (stack, path) => attribute(options, stack, path),
    'Fn::Sub': (stack, argument) => substitute(stack, argument),
    'Fn::Join': (stack, argument) => {
      const [separator, values] = Pair.parse(argument);
      const parts = list(stack, values).map((value) => Text.parse(value));
      return options.rewrite(parts.join(String(separator)));
    },
    'Fn::Select': (stack, argument) => {
      const [index, values] = Pair.parse(argument);
      return list(stack, values)[Number(resolve(stack, index))];
    },
    'Fn::Split': (stack, argument) => {
      const [separator, value] = Pair.parse(argument);
      return text(stack, value).split(String(separator));
    },
    'Fn::FindInMap': (stack, argument) => {
      const [map, first, second] = Triple.parse(argument).map((key) => text(stack, key));
      const found = stack.template.Mappings[map ?? '']?.[first ?? '']?.[second ?? ''];
      if (found === undefined)
        throw unknownName(stack, `the mapping ${map ?? ''}.${first ?? ''}.${second ?? ''}`);
      return found;
    },
    'Fn::ImportValue': (stack, name) => imported(text(stack, name), stack),
    'Fn::If': (stack, argument) => {
      const [condition, yes, no] = Triple.parse(argument);
      return resolve(stack, holds(stack, condition) ? yes : no);
    },
    'Fn::Equals': (stack, argument) => {
      const [left, right] = Pair.parse(argument);
      return text(stack, left) === text(stack, right);
    },
    'Fn::And': (stack, argument) => list(stack, argument).every((value) => value === true),
    'Fn::Or': (stack, argument) => list(stack, argument).includes(true),
    'Fn::Not': (stack, argument) => list(stack, argument)[0] !== true,
    'Fn::Base64': (stack, argument) => Buffer.from(text(stack, argument)).toString('base64'),
    'Fn::GetAZs': () => [`${REGION}a`, `${REGION}b`],
    Condition: (stack, name) => holds(stack, name),
  };

  function resolve(stack: Stack, value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => resolve(stack, item)).filter((item) => item !== undefined);
    }
    const object = Named.safeParse(value);
    if (!object.success) return value;
    const [[name, argument] = ['', undefined], ...rest] = Object.entries(object.data);
    const isFunction =
      name === 'Ref' ||
      name.startsWith('Fn::') ||
      (name === 'Condition' && typeof argument === 'string');
    if (isFunction && rest.length === 0) {
      const compute = functions[name];
      if (!compute) throw unknownName(stack, `the function ${name}`);
      return compute(stack, argument);
    }
    return Object.fromEntries(
      Object.entries(object.data).flatMap(([key, item]) => {
        const resolved = resolve(stack, item);
        return resolved === undefined ? [] : [[key, resolved]];
      }),
    );
  }

  function substitute(stack: Stack, argument: unknown): string {
    const [template, values] = Array.isArray(argument) ? Pair.parse(argument) : [argument, {}];
    const own = Named.parse(values);
    const filled = z
      .string()
      .parse(template)
      .replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
        if (name.startsWith('!')) return `\${${name.slice(1)}}`;
        if (name in own) return text(stack, own[name]);
        return Text.parse(
          resolve(stack, name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name }),
        );
      });
    return options.rewrite(filled);
  }

  function imported(name: string, importer: Stack): unknown {
    for (const stack of options.stacks) {
      for (const output of Object.values(stack.template.Outputs)) {
        if (output.Export && text(stack, output.Export.Name) === name)
          return resolve(stack, output.Value);
      }
    }
    throw unknownName(importer, `the export ${name}`);
  }

  return { resolve, holds };
}

const PSEUDO: Readonly<Record<string, unknown>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::Partition': PARTITION,
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::NotificationARNs': [],
  'AWS::NoValue': undefined,
};

function reference(
  { parameters, identify }: ResolverOptions,
  stack: Stack,
  {
    name,
    resolve,
  }: { readonly name: string; readonly resolve: (stack: Stack, value: unknown) => unknown },
): unknown {
  if (name === 'AWS::StackName') return stack.name;
  if (name === 'AWS::StackId')
    return `arn:${PARTITION}:cloudformation:${REGION}:${ACCOUNT}:stack/${stack.name}/local`;
  if (name in PSEUDO) return PSEUDO[name];
  const parameter = stack.template.Parameters[name];
  if (!parameter) return identify(stack, name).ref;
  const value = parameters[name] ?? parameter.Default;
  if (value === undefined) {
    throw new CannotStart(
      `The stack ${stack.name} has a parameter ${name} without a default: give it a value when the local cloud starts.`,
    );
  }
  const isList = parameter.Type === 'CommaDelimitedList' || parameter.Type.startsWith('List<');
  return isList ? String(value).split(',') : resolve(stack, value);
}

function attribute({ identify, rewrite }: ResolverOptions, stack: Stack, path: unknown): string {
  const [logicalId = '', ...names] =
    typeof path === 'string' ? path.split('.') : z.array(z.string()).parse(path);
  const name = names.join('.');
  const { ref, attributes, isElsewhere } = identify(stack, logicalId);
  const value = attributes[name] ?? (isElsewhere ? ref : undefined);
  if (value === undefined) throw unknownName(stack, `the attribute ${name} of ${logicalId}`);
  return rewrite(value);
}

function unknownName(stack: Stack, what: string): CannotStart {
  return new CannotStart(
    `The stack ${stack.name} uses ${what}, which the local cloud does not know: change the stack, or teach it in scripts/local/cloud/template.`,
  );
}
