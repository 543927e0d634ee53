import { describe, expect, it } from 'vitest';
import { dynamoHall, memoryHall, useHall } from '../support/agents-hall.ts';
import { AT, aLockedDeal, anAgentState, aPeer, SELLER, walletOf } from '../support/builders.ts';

const VIEW = { day: AT.slice(0, 10), generation: undefined };

describe.each([
  ['MemoryAgents', memoryHall],
  ['DynamoAgents', dynamoHall],
])('the peers of %s', (_name, open) => {
  const stage = useHall(open);
  const [seller, other] = [aPeer(walletOf(SELLER)), aPeer(walletOf('stranger'))];

  it('are kept by wallet, replaced, and loaded with the deals that they have a part in', async () => {
    const { agents, me } = stage;
    const lease = await stage.taken();
    const deal = aLockedDeal();
    const state = anAgentState({ open: [deal.taskId] });
    await agents.commit(lease, { state, deals: [deal], peers: [seller, other] });
    const twice = { ...other, deals: 2 };
    await agents.commit(lease, { peers: [twice] });

    expect((await agents.load(me, VIEW)).peers).toEqual(new Map([[seller.wallet, seller]]));
    expect(await agents.peers(me, [other.wallet, other.wallet])).toEqual(
      new Map([[other.wallet, twice]]),
    );
    expect(await agents.peers(me, [])).toEqual(new Map());
    expect((await agents.book(me)).peers).toHaveLength(2);
  });

  it('are not written by who was outrun', async () => {
    const { agents, me } = stage;
    const lease = await stage.taken();
    const outrun = { ...lease, fence: lease.fence - 1 };

    expect(await agents.commit(outrun, { peers: [other] })).toBe('outrun');
    expect(await agents.peers(me, [other.wallet])).toEqual(new Map());
  });
});
