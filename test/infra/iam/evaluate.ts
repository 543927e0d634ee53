import { arnLike, type Context, filled, holds, like, valuesOf } from './conditions.ts';
import { Policy, type Statement } from './policy.ts';

/** One call as AWS judges it. */
export interface Call {
  /** ARN of the role that calls, or `service:<name>` for an AWS service. */
  readonly who: string;
  /** `service:Action`. */
  readonly action: string;
  /** ARN; `*` for actions that name no resource. */
  readonly resource: string;
  readonly context?: Context;
}

/** What stands in the way of a call, or lets it pass, within one account. */
export interface Policies {
  /** Of the caller's role. */
  readonly identity?: readonly Policy[];
  /** Its permissions boundary. @default - none */
  readonly boundary?: Policy;
  /** Of the resource. @default - none */
  readonly resource?: Policy;
  /** Keys and role trusts: who is not named by the resource's own policy is out, whatever its identity policies say. */
  readonly resourceDecides?: boolean | undefined;
}

export type Decision = 'allowed' | 'denied' | 'not allowed';

/**
 * AWS's verdict within one account: an explicit Deny anywhere wins; then something must allow; a boundary must allow it too.
 * Not here: organizations, sessions' own policies, other accounts.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export function evaluate(call: Call, policies: Policies): Decision {
  const { identity = [], boundary = NO_BOUNDARY, resource = SILENT, resourceDecides } = policies;
  const own = identity.flatMap((policy) => applying(policy, call));
  const limits = applying(boundary, call);
  const theirs = applying(resource, call).filter((one) => isFor(one, call.who));
  if ([...own, ...limits, ...theirs].some(({ Effect }) => Effect === 'Deny')) return 'denied';

  // to name the account is to leave it to the identity policies of its roles
  const isDelegated = theirs.some((one) => isForAccount(one, call.who));
  const isNamed = theirs.some((one) => !isForAccount(one, call.who));
  const byIdentity = own.length > 0 && (isDelegated || resourceDecides !== true);
  return (byIdentity || isNamed) && limits.length > 0 ? 'allowed' : 'not allowed';
}

const SILENT = Policy.parse({ Statement: [] });
const NO_BOUNDARY = Policy.parse({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });

function applying({ Statement }: Policy, call: Call): readonly Statement[] {
  return Statement.filter((one) => applies(one, call));
}

function applies(statement: Statement, { action, resource, context = {} }: Call): boolean {
  // actions are the same in any case
  const isAction = (pattern: string) => like(pattern.toLowerCase(), action.toLowerCase());
  if (!covers(statement.Action, statement.NotAction, isAction)) return false;
  const known = valuesOf(context);
  const isResource = (pattern: string) => arnLike(filled(pattern, known), resource);
  return (
    covers(statement.Resource, statement.NotResource, isResource) &&
    holds(statement.Condition, known)
  );
}

/** A statement without either element, as trusts are, covers everything. */
function covers(
  named: readonly string[] | undefined,
  excepted: readonly string[] | undefined,
  is: (pattern: string) => boolean,
): boolean {
  return (named === undefined || named.some(is)) && excepted?.some(is) !== true;
}

function isFor({ Principal = {} }: Statement, who: string): boolean {
  return Object.entries(Principal).some(([kind, names]) =>
    names.some((name) => {
      if (name === '*') return kind === '*' || (kind === 'AWS' && !who.startsWith('service:'));
      if (kind === 'Service') return who === `service:${name}`;
      return (
        name === who || name === accountOf(who) || name === `arn:aws:iam::${accountOf(who)}:root`
      );
    }),
  );
}

/** Named is the account: its administrators decide by identity policies. */
function isForAccount({ Principal = {} }: Statement, who: string): boolean {
  const account = accountOf(who);
  return (Principal['AWS'] ?? []).some(
    (name) => name === account || name === `arn:aws:iam::${account}:root`,
  );
}

function accountOf(who: string): string {
  return who.split(':')[4] ?? '';
}
