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

const Pair = z.tuple([z.unknown(), z.unknown()]);
const Triple = z.tuple([z.unknown(), z.unknown(), z.unknown()]);
const Values = z.array(z.unknown());
const Name = z.string();
const Named = z.record(z.string(), z.unknown());
const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

type Compute = (stack: Stack, argument: unknown) => unknown;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
export class Resolver {
  readonly #options: ResolverOptions;

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  /** The value with every intrinsic function computed; `AWS::NoValue` becomes undefined. */
  resolve(stack: Stack, value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => this.resolve(stack, item)).filter((item) => item !== undefined);
    }
    const object = Named.safeParse(value);
    if (!object.success) return value;
    const entries = Object.entries(object.data);
    const [[name, argument] = ['', undefined]] = entries;
    if (entries.length === 1 && isFunction(name, argument)) {
      const compute = this.#functions[name];
      if (!compute) throw unknownName(stack, `the function ${name}`);
      return compute(stack, argument);
    }
    return Object.fromEntries(
      entries.flatMap(([key, item]) => {
        const resolved = this.resolve(stack, item);
        return resolved === undefined ? [] : [[key, resolved]];
      }),
    );
  }

  holds(stack: Stack, name: string | undefined): boolean {
    if (name === undefined) return true;
    const condition = stack.template.Conditions[name];
    if (condition === undefined) throw unknownName(stack, `the condition ${name}`);
    return this.resolve(stack, condition) === true;
  }

  readonly #functions: Readonly<Record<string, Compute>> = {
    Ref: (stack, name) => this.#reference(stack, Name.parse(name)),
    'Fn::GetAtt': (stack, path) => this.#attribute(stack, path),
    'Fn::Sub': (stack, argument) => this.#substitute(stack, argument),
    'Fn::Join': (stack, argument) => {
      const [separator, values] = Pair.parse(argument);
      const parts = this.#list(stack, values).map((value) => Text.parse(value));
      return this.#options.rewrite(parts.join(Text.parse(separator)));
    },
    'Fn::Select': (stack, argument) => {
      const [index, values] = Pair.parse(argument);
      return this.#list(stack, values)[Number(this.resolve(stack, index))];
    },
    'Fn::Split': (stack, argument) => {
      const [separator, value] = Pair.parse(argument);
      return this.#text(stack, value).split(Text.parse(separator));
    },
    'Fn::FindInMap': (stack, argument) => this.#mapped(stack, argument),
    'Fn::ImportValue': (stack, name) => this.#imported(stack, this.#text(stack, name)),
    'Fn::If': (stack, argument) => {
      const [condition, yes, no] = Triple.parse(argument);
      return this.resolve(stack, this.holds(stack, Name.parse(condition)) ? yes : no);
    },
    'Fn::Equals': (stack, argument) => {
      const [left, right] = Pair.parse(argument);
      return this.#text(stack, left) === this.#text(stack, right);
    },
    'Fn::And': (stack, argument) => this.#list(stack, argument).every((value) => value === true),
    'Fn::Or': (stack, argument) => this.#list(stack, argument).includes(true),
    'Fn::Not': (stack, argument) => this.#list(stack, argument)[0] !== true,
    'Fn::Base64': (stack, argument) => Buffer.from(this.#text(stack, argument)).toString('base64'),
    'Fn::GetAZs': () => [`${REGION}a`, `${REGION}b`],
    Condition: (stack, name) => this.holds(stack, Name.parse(name)),
  };

  #text(stack: Stack, value: unknown): string {
    return Text.parse(this.resolve(stack, value));
  }

  #list(stack: Stack, value: unknown): unknown[] {
    return Values.parse(this.resolve(stack, value));
  }

  #reference(stack: Stack, name: string): unknown {
    if (name === 'AWS::StackName') return stack.name;
    if (name === 'AWS::StackId') {
      return `arn:${PARTITION}:cloudformation:${REGION}:${ACCOUNT}:stack/${stack.name}/local`;
    }
    if (name in PSEUDO) return PSEUDO[name];
    const parameter = stack.template.Parameters[name];
    if (!parameter) return this.#options.identify(stack, name).ref;
    const value = this.#options.parameters[name] ?? parameter.Default;
    if (value === undefined) {
      throw new CannotStart(
        `The stack ${stack.name} has a parameter ${name} without a default: give it a value when the local cloud starts.`,
      );
    }
    const isList = parameter.Type === 'CommaDelimitedList' || parameter.Type.startsWith('List<');
    return isList ? Text.parse(value).split(',') : this.resolve(stack, value);
  }

  #attribute(stack: Stack, path: unknown): string {
    const parts = typeof path === 'string' ? path.split('.') : z.array(z.string()).parse(path);
    const [logicalId = '', ...names] = parts;
    const { ref, attributes, isElsewhere } = this.#options.identify(stack, logicalId);
    const name = names.join('.');
    const value = attributes[name] ?? (isElsewhere ? ref : undefined);
    if (value === undefined) throw unknownName(stack, `the attribute ${name} of ${logicalId}`);
    return value;
  }

  #mapped(stack: Stack, argument: unknown): unknown {
    const keys = Triple.parse(argument).map((key) => this.#text(stack, key));
    const [map = '', first = '', second = ''] = keys;
    const found = stack.template.Mappings[map]?.[first]?.[second];
    if (found === undefined) throw unknownName(stack, `the mapping ${keys.join('.')}`);
    return found;
  }

  #substitute(stack: Stack, argument: unknown): string {
    const [template, values] = Array.isArray(argument) ? Pair.parse(argument) : [argument, {}];
    const own = Named.parse(values);
    const filled = Name.parse(template).replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (name in own) return this.#text(stack, own[name]);
      return this.#text(stack, name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name });
    });
    return this.#options.rewrite(filled);
  }

  #imported(importer: Stack, name: string): unknown {
    for (const stack of this.#options.stacks) {
      const output = Object.values(stack.template.Outputs).find(
        ({ Export }) => Export && this.#text(stack, Export.Name) === name,
      );
      if (output) return this.resolve(stack, output.Value);
    }
    throw unknownName(importer, `the export ${name}`);
  }
}

function isFunction(name: string, argument: unknown): boolean {
  const isCondition = name === 'Condition' && typeof argument === 'string';
  return name === 'Ref' || name.startsWith('Fn::') || isCondition;
}

const PSEUDO: Readonly<Record<string, unknown>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::Partition': PARTITION,
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::NotificationARNs': [],
  'AWS::NoValue': undefined,
};

function unknownName(stack: Stack, what: string): CannotStart {
  return new CannotStart(
    `The stack ${stack.name} uses ${what}, which the local cloud does not know: change the stack, or teach it in scripts/local/cloud/template.`,
  );
}
