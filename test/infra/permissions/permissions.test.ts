import { describe, expect, it } from 'vitest';
import { prod, type StageValues, sandbox } from '../../../lib/stages.ts';
import { estatesOf } from '../estate.ts';
import { evaluate } from '../iam/evaluate.ts';
import { Policy } from '../iam/policy.ts';
import { houseOf } from '../support.ts';
import { ACTIONS } from './actions.ts';
import { type Right, rightsIn } from './rights.ts';
import { type Actor, actorsOf } from './roles.ts';
import { type Target, targetsOf } from './targets.ts';

const factsOf = ({ market, limits }: StageValues) => ({
  isOwnMarket: market.kind === 'own',
  isShared: limits === 'em',
});

type Targets = Readonly<Record<string, readonly Target[]>>;

/** Everything that these roles could try, and may: one line each, `who action target`. */
function allowed(actors: readonly Actor[], targets: Targets): readonly string[] {
  return actors.flatMap((actor) =>
    Object.entries(targets).flatMap(([kind, all]) =>
      all.flatMap((target) =>
        (ACTIONS[kind] ?? []).flatMap((action) =>
          may(actor, action, target) ? [`${actor.name} ${action} ${target.name}`] : [],
        ),
      ),
    ),
  );
}

function may({ arn: who, policies, boundary }: Actor, action: string, target: Target): boolean {
  const { arn: resource, context, policy } = target;
  const standing = {
    identity: policies,
    ...(boundary && { boundary }),
    ...(policy && { resource: policy, resourceDecides: true }),
  };
  return evaluate({ who, action, resource, context }, standing) === 'allowed';
}

function linesOf(rights: readonly Right[], targets: Targets): ReadonlySet<string> {
  const names = Object.values(targets).flatMap((some) => some.map(({ name }) => name));
  const meant = (to: string) =>
    to.endsWith(' *') ? names.filter((name) => name.startsWith(to.slice(0, -1))) : [to];
  return new Set(
    rights.flatMap(({ who, may: actions, to }) =>
      actions
        .split(' ')
        .flatMap((action) => to.flatMap(meant).map((name) => `${who} ${action} ${name}`)),
    ),
  );
}

describe.each([sandbox, prod])('in stage $name', (stage) => {
  const estates = estatesOf(houseOf(stage).folder);
  const actors = actorsOf(estates);
  const targets = targetsOf(estates);
  const rights = linesOf(rightsIn(factsOf(stage)), targets);

  it('everybody may do what the table of permissions says, and nothing else', () => {
    const found = new Set(allowed(actors, targets));
    expect([...found].filter((line) => !rights.has(line))).toEqual([]);
    expect([...rights].filter((line) => !found.has(line))).toEqual([]);
  });

  it('policies name whole actions that were tried above', () => {
    const tried = new Set(Object.values(ACTIONS).flat());
    const named = actors.flatMap(({ policies }) =>
      policies.flatMap(({ Statement }) => Statement.flatMap((one) => one.Action ?? ['NotAction'])),
    );
    expect(named.filter((action) => !tried.has(action))).toEqual([]);
  });

  it('nobody could do more than the stage owns, whatever their policies said', () => {
    const everything = Policy.parse({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });
    const elsewhere = Object.values(targets).flatMap((some) =>
      some.map((target) => ({
        ...target,
        arn: target.arn.replaceAll(`economia-viva-${stage.name}`, 'economia-viva-other'),
      })),
    );
    const [one, ...others] = actors;
    for (const { boundary } of others) expect(boundary).toBe(one?.boundary);
    const spoilt = { ...one!, policies: [everything] };
    const unbound = allowed([spoilt], targets).filter((line) =>
      / (?:iam|sts|sns|scheduler|kms:(?!Decrypt))/.test(line),
    );
    expect(unbound).toEqual([]);
    const foreign = elsewhere.filter(({ arn }) => arn.includes('economia-viva-other'));
    expect(foreign.length).toBeGreaterThan(100);
    expect(allowed([spoilt], { dynamodb: foreign, s3: foreign, sqs: foreign })).toEqual([]);
  });

  it('only services become a role, and none for another account', () => {
    const trusts = actors.flatMap(({ name, trust }) =>
      trust.Statement.map(({ Effect, Action, Principal, Condition }) => ({
        name: name.replace(/ of .*/, ' of'),
        Effect,
        Action,
        Principal,
        account: Condition['StringEquals']?.['aws:SourceAccount'],
      })),
    );
    const service = (name: string) => ({ Service: [`${name}.amazonaws.com`] });
    for (const { name, ...trust } of trusts) {
      const isScheduled = name === 'schedule of';
      const isTask = ['irc-relay', 'start of'].includes(name);
      expect(trust).toEqual({
        Effect: 'Allow',
        Action: ['sts:AssumeRole'],
        Principal: service(isScheduled ? 'scheduler' : isTask ? 'ecs-tasks' : 'lambda'),
        account: isScheduled ? ['000000000000'] : undefined,
      });
    }
  });
});

describe('the comparison', () => {
  const estates = estatesOf(houseOf(sandbox).folder);
  const targets = targetsOf(estates);
  const rights = linesOf(rightsIn(factsOf(sandbox)), targets);
  const honest = actorsOf(estates).find(({ name }) => name === 'heartbeat-kk-validator')!;
  const surplus = (...Statement: unknown[]) => {
    const spoilt = { ...honest, policies: [...honest.policies, Policy.parse({ Statement })] };
    return allowed([spoilt], targets).filter((line) => !rights.has(line));
  };

  const table = estates.find(({ logicalId }) => logicalId.startsWith('Economy'))!.arn;
  const own = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['AGENT#kk-validator'] } };

  it("sees another agent's partition, even in a family", () => {
    const found = surplus({
      Effect: 'Allow',
      Action: 'dynamodb:GetItem',
      Resource: table,
      Condition: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['AGENT#kk-s*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    });
    expect(found).toEqual(
      ['kk-skill-extractor', 'kk-soul-extractor', 'kk-stranger'].map(
        (id) => `${honest.name} dynamodb:GetItem economy AGENT#${id}`,
      ),
    );
  });

  it('sees a grant that forgot to refuse requests without a key', () => {
    const found = surplus({
      Effect: 'Allow',
      Action: 'dynamodb:GetItem',
      Resource: table,
      Condition: own,
    });
    expect(found).toEqual([`${honest.name} dynamodb:GetItem economy (no key)`]);
  });

  it("sees another's wallet, objects of others, and everything", () => {
    const secret =
      'arn:aws:secretsmanager:us-east-1:000000000000:secret:economia-viva/sandbox/wallet/*';
    expect(surplus({ Effect: 'Allow', Action: 'secretsmanager:*', Resource: secret })).toHaveLength(
      9,
    );
    expect(
      surplus({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::*/products/*' }),
    ).toContain(`${honest.name} s3:GetObject objects kk-stranger/products/`);
    expect(surplus({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }).length).toBeGreaterThan(
      1000,
    );
  });
});
