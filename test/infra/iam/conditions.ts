/** What AWS knows of a request besides who, what and where: one value or several by key; keys are the same in any case. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

/** By key in small letters. */
export type Known = ReadonlyMap<string, readonly string[]>;

/** A key without a value is no key: AWS calls both null. */
export function valuesOf(context: Context): Known {
  return new Map(
    Object.entries(context)
      .map(([key, value]): [string, string[]] => [key.toLowerCase(), [value].flat()])
      .filter(([, values]) => values.length > 0),
  );
}

type Test = (actual: string, wanted: string) => boolean;

interface Operator {
  readonly test: Test;
  /** Says the opposite of `test`, and so yes to a key that is absent. */
  readonly negated: boolean;
}

/**
 * Whether every operator and key of a condition block holds.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * @throws for an operator that is not evaluated here: it must not pass for a no
 */
export function holds(
  block: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
  known: Known,
): boolean {
  return Object.entries(block).every(([name, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      matches(
        name,
        known.get(key.toLowerCase()),
        wanted.map((value) => filled(value, known)),
      ),
    ),
  );
}

function matches(
  name: string,
  actual: readonly string[] | undefined,
  wanted: readonly string[],
): boolean {
  if (name === 'Null') return wanted.includes(String(actual === undefined));
  const [, quantifier, plain = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(.+?)(IfExists)?$/.exec(name) ?? [];
  const { test, negated } = operatorOf(plain);
  const one = (value: string) => wanted.some((pattern) => test(value, pattern)) !== negated;
  const isAll = quantifier === 'ForAllValues' || (quantifier === undefined && negated);
  if (isAll) return (actual ?? []).every(one);
  return actual?.some(one) ?? ifExists !== undefined;
}

const number = (compare: (actual: number, wanted: number) => boolean): Test => {
  return (actual, wanted) => compare(Number(actual), Number(wanted));
};
const date = (compare: (actual: number, wanted: number) => boolean): Test => {
  return (actual, wanted) => compare(Date.parse(actual), Date.parse(wanted));
};
const foldCase = (text: string) => text.toLowerCase();

const OPERATORS: Readonly<Record<string, Test>> = {
  StringEquals: (actual, wanted) => actual === unmarked(wanted),
  StringEqualsIgnoreCase: (actual, wanted) => foldCase(actual) === foldCase(unmarked(wanted)),
  StringLike: (actual, wanted) => like(wanted, actual),
  Bool: (actual, wanted) => foldCase(actual) === foldCase(wanted),
  ArnLike: (actual, wanted) => arnLike(wanted, actual),
  // AWS: both behave identically
  ArnEquals: (actual, wanted) => arnLike(wanted, actual),
  NumericEquals: number((actual, wanted) => actual === wanted),
  NumericLessThan: number((actual, wanted) => actual < wanted),
  NumericLessThanEquals: number((actual, wanted) => actual <= wanted),
  NumericGreaterThan: number((actual, wanted) => actual > wanted),
  NumericGreaterThanEquals: number((actual, wanted) => actual >= wanted),
  DateLessThan: date((actual, wanted) => actual < wanted),
  DateGreaterThan: date((actual, wanted) => actual > wanted),
};

function operatorOf(name: string): Operator {
  const negated = /^(String|Arn|Numeric)Not/.test(name);
  const test = OPERATORS[name.replace(/^(String|Arn|Numeric)Not/, '$1')];
  if (test === undefined) throw new Error(`Condition operator ${name} is not evaluated here.`);
  return { test, negated };
}

/**
 * Policy variables, `${key}` and `${key, 'default'}`; `${*}`, `${?}` and `${$}` are those signs themselves, kept apart until matched.
 * A variable without a value matches nothing.
 */
export function filled(text: string, known: Known): string {
  return text.replaceAll(/\$\{([^}]*)\}/g, (_, inner: string) => {
    if (/^[*?$]$/.test(inner)) return LITERAL[inner] ?? '';
    const [, key = '', , fallback] = /^\s*([^,]+?)\s*(,\s*'(.*)')?\s*$/.exec(inner) ?? [];
    const values = known.get(key.toLowerCase());
    return values?.length === 1 ? escaped(values[0]!) : (fallback ?? NOTHING);
  });
}

/** Private-use characters: no request has them. */
const LITERAL: Readonly<Record<string, string>> = { '*': '\uE000', '?': '\uE001', $: '$' };
const NOTHING = '\uE002';

/** A value that a caller chose must not bring wildcards of its own. */
function escaped(value: string): string {
  return value.replaceAll('*', '\uE000').replaceAll('?', '\uE001');
}

function unmarked(text: string): string {
  return text.replaceAll('\uE000', '*').replaceAll('\uE001', '?');
}

const compiled = new Map<string, RegExp>();

/** `*` is any text, `?` one character. */
export function like(pattern: string, text: string): boolean {
  let regex = compiled.get(pattern);
  if (regex === undefined) {
    const source = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
      .replaceAll('\uE000', '\\*')
      .replaceAll('\uE001', '\\?');
    regex = new RegExp(`^${source}$`, 's');
    compiled.set(pattern, regex);
  }
  return regex.test(text);
}

/** Each of an ARN's six parts by itself: a wildcard does not reach over a colon, but in the last one. */
export function arnLike(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const wanted = parts(pattern);
  const actual = parts(arn);
  return (
    wanted.length === actual.length &&
    wanted.every((part, index) => like(part, actual[index] ?? ''))
  );
}

function parts(arn: string): readonly string[] {
  return /^([^:]*):([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/s.exec(arn)?.slice(1) ?? [arn];
}
