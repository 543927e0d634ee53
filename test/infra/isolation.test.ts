import { describe, expect, it } from 'vitest';
import { ROSTER } from '#contract/roster.ts';
import { sandbox } from '../../lib/stages.ts';
import { houseOf, statements } from './support.ts';

const house = houseOf(sandbox);
const all = statements(house);
const functions = house.of('AWS::Lambda::Function');

const roleOf = (name: string): string => {
  const room = functions.find(
    ({ Properties }) => Properties['FunctionName'] === `economia-viva-sandbox-${name}`,
  );
  return house.target(room?.Properties['Role']);
};
const of = (role: string) => all.filter((statement) => statement.role === role);
const secretsOf = (role: string) =>
  of(role)
    .filter(({ actions }) => actions.some((action) => action.startsWith('secretsmanager:')))
    .flatMap(({ resources }) => resources.map((resource) => house.target(resource)));
const partitionsOf = (role: string) =>
  of(role)
    .filter(({ actions }) => actions.some((action) => action.startsWith('dynamodb:')))
    .filter(({ resources }) => resources.some((resource) => text(resource).includes('Economy')))
    .map(({ condition }) => condition);
const text = (value: unknown) => JSON.stringify(value);

describe.each(ROSTER)('the role of $id', ({ id, role: kind }) => {
  const role = roleOf(`heartbeat-${id}`);
  const isCoordinator = kind === 'coordinator';

  it('reads its own wallet and no other secret', () => {
    const own = house
      .of('AWS::SecretsManager::Secret')
      .filter(({ Properties }) => Properties['Name'] === `economia-viva/sandbox/wallet/${id}`);
    expect(secretsOf(role)).toEqual(own.map(({ logicalId }) => logicalId));
  });

  it('touches exact partitions only, and none when a request names no key', () => {
    const conditions = partitionsOf(role);
    for (const condition of conditions) {
      expect(Object.keys(condition).toSorted()).toEqual(['ForAllValues:StringEquals', 'Null']);
      expect(condition['Null']).toEqual({ 'dynamodb:LeadingKeys': 'false' });
    }
    expect(
      conditions.flatMap((each) => each['ForAllValues:StringEquals']?.['dynamodb:LeadingKeys']),
    ).toEqual([
      `AGENT#${id}`,
      `PULSE#${id}`,
      ...(isCoordinator ? ROSTER.map((one) => `PULSE#${one.id}`) : []),
      ...['CORPUS#kk-karma-hello', 'SWITCH'],
    ]);
  });

  const actionsOn = (partition: string) =>
    of(role)
      .filter(({ condition }) => text(condition).includes(`"${partition}"`))
      .flatMap(({ actions }) => actions);

  it('writes neither the corpus nor a switch', () => {
    const reads = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
    expect(actionsOn('SWITCH')).toEqual(reads);
    expect(actionsOn('CORPUS#kk-karma-hello')).toEqual(reads);
  });

  it("writes its own pulse, nobody else's, and reads any only to coordinate", () => {
    const reads = isCoordinator ? ['dynamodb:BatchGetItem'] : [];
    expect(actionsOn(`PULSE#${id}`)).toEqual(['dynamodb:PutItem', ...reads]);
    for (const other of ROSTER.filter((one) => one.id !== id))
      expect(actionsOn(`PULSE#${other.id}`), other.id).toEqual(reads);
  });

  it('reaches objects under its own prefix only', () => {
    const objects = of(role)
      .filter(({ actions }) => actions.some((action) => /^s3:(Get|Put)Object$/.test(action)))
      .flatMap(({ resources }) => resources)
      .map((resource) => (resource as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1].at(-1));
    expect(objects.length).toBeGreaterThanOrEqual(3);
    for (const path of objects) expect(path).toMatch(new RegExp(`^/${id}/[a-z]+/\\*$`));
    expect(objects.includes(`/${id}/corpus/*`)).toBe(id === 'kk-karma-hello');
  });
});

describe('the rooms that are no agent', () => {
  it('read no wallet but their own', () => {
    const rooms = ['collect-logs', 'wake', 'storefront', 'reconcile', 'market', 'facilitator'];
    const reads = rooms.map((room) => [room, secretsOf(roleOf(room)).length]);
    expect(reads).toEqual([
      ['collect-logs', 0],
      ['wake', 0],
      ['storefront', 0],
      ['reconcile', 0],
      ['market', 1],
      ['facilitator', 1],
    ]);
    const relays = all.filter(({ role }) => role.startsWith('Relay'));
    expect(relays.length).toBeGreaterThan(0);
    expect(secretsOf(relays[0]?.role ?? '')).toEqual([expect.stringMatching(/^RelayCredentials/)]);
  });

  it('touch the rows that are theirs', () => {
    const rooms = ['collect-logs', 'wake', 'storefront', 'reconcile', 'facilitator'];
    const partitions = rooms.map((room) => [
      room,
      of(roleOf(room)).flatMap(({ condition }) =>
        Object.entries(condition)
          .filter(([operator]) => operator.startsWith('ForAllValues:'))
          .flatMap(([, keys]) => keys['dynamodb:LeadingKeys']),
      ),
    ]);
    expect(Object.fromEntries(partitions)).toEqual({
      'collect-logs': ['CORPUS#kk-karma-hello'],
      wake: [],
      storefront: [
        'SEEN#storefront',
        'SALES',
        'SWITCH',
        // whom it tells of sales
        ...ROSTER.filter(({ sells, role }) => sells.length > 0 || role === 'validator').map(
          ({ id }) => `AGENT#${id}`,
        ),
      ],
      reconcile: [...ROSTER.map(({ id }) => `AGENT#${id}`), 'SWITCH', 'SEEN#reconcile'],
      facilitator: ['FACILITATOR', 'NONCE#facilitator#*'],
    });
  });

  it('have no reach into an agent that sells nothing, but for the relay, which leaves notes in inboxes, and reconcile, which reads', () => {
    const reaching = all.filter(({ condition }) =>
      text(condition).includes('AGENT#kk-coordinator'),
    );
    const roles = reaching.map(({ role, actions }) => ({ role, actions: actions.length }));
    expect(roles).toEqual([
      { role: expect.stringMatching(/^Relay/) as unknown, actions: 1 },
      { role: roleOf('heartbeat-kk-coordinator'), actions: 7 },
      { role: roleOf('reconcile'), actions: 3 },
    ]);
  });
});
