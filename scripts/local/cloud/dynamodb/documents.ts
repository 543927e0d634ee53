import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';

/** A node of dynalite's parsed condition: operands are paths (arrays), values, or further nodes. */
const Node = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  args: z.array(z.unknown()),
});
type Node = z.infer<typeof Node>;
type Resolve = (path: unknown) => unknown;

const List = z.object({ L: z.array(z.unknown()) });
const Value = z.record(z.string(), z.unknown());

const TRUE = { type: '=', args: [{ N: '1' }, { N: '1' }] };
const FALSE = { type: '=', args: [{ N: '1' }, { N: '0' }] };

/**
 * dynalite 4.0.0 never finds two lists or two maps equal (db/index.js, `valsEqual`). Here every comparison of such
 * values in a parsed condition is decided, and replaced by one that dynalite decides the same way.
 * @param resolve gives the value at a path of the item that the condition is about
 */
export function decideDocuments(expression: unknown, resolve: Resolve): unknown {
  const parsed = Node.safeParse(expression);
  if (!parsed.success) return expression;
  const node = parsed.data;
  if (['and', 'or', 'not'].includes(node.type))
    return { ...node, args: node.args.map((arg) => decideDocuments(arg, resolve)) };
  const verdict = decide(node, resolve);
  if (verdict === undefined) return node;
  return verdict ? TRUE : FALSE;
}

/** undefined where dynalite's own comparison is right. */
function decide(node: Node, resolve: Resolve): boolean | undefined {
  const [left, ...others] = node.args.map((arg) => (Array.isArray(arg) ? resolve(arg) : arg));
  switch (node.name ?? node.type) {
    case '=':
      return isDocument(left) ? equal(left, others[0]) : undefined;
    case '<>':
      return isDocument(left) ? !equal(left, others[0]) : undefined;
    case 'in':
      return isDocument(left) ? others.some((other) => equal(left, other)) : undefined;
    case 'contains': {
      const list = List.safeParse(left);
      return list.success ? list.data.L.some((element) => equal(element, others[0])) : undefined;
    }
    default:
      return undefined;
  }
}

const isDocument = (value: unknown): boolean => {
  const parsed = Value.safeParse(value);
  return parsed.success && ('L' in parsed.data || 'M' in parsed.data);
};

const equal = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(comparable(one), comparable(other));

/** Sets have no order; numbers are already written one way by dynalite. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  const parsed = Value.safeParse(value);
  if (!parsed.success) return value;
  return Object.fromEntries(
    Object.entries(parsed.data).map(([name, inner]) => [name, comparableIn(name, inner)]),
  );
}

function comparableIn(name: string, inner: unknown): unknown {
  const isSet = ['SS', 'NS', 'BS'].includes(name) && Array.isArray(inner);
  return isSet ? inner.map(String).sort() : comparable(inner);
}
