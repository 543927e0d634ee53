import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { DynamoCorpusPointers } from '#adapters/dynamodb/corpus-pointers.ts';
import { CommandSeals } from '#adapters/secrets/command-seals.ts';
import { COLLECTOR, ROSTER } from '#contract/roster.ts';
import { heard, openRoom, type Room, signed } from './room.ts';

let room: Room;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());
beforeEach(async () => {
  await room.resume();
  await room.taken('lines');
  await room.taken('replies');
  await room.taken('wake');
});

const answers = async () => (await room.taken('lines')).map(({ text }) => text);

describe('a command that must not be obeyed', () => {
  const other = { seals: new CommandSeals('ab'.repeat(32)) };
  const now = () => Math.floor(Date.now() / 1000);
  const right = () => signed(room, '!halt');

  it.each([
    ['unsigned', () => heard('!halt')],
    ['wrong-signature', () => signed(other, '!halt')],
    ['wrong-signature', () => ({ ...right(), text: right().text.replace('!halt', '!halt x') })],
    ['wrong-signature', () => ({ ...right(), nick: 'mallory' })],
    ['wrong-signature', () => ({ ...right(), channel: '#kk-ops' })],
    [
      'wrong-signature',
      () => ({ ...right(), text: right().text.replace(/sig=1:\d+/, `sig=1:${now() + 5}`) }),
    ],
    ['wrong-signature', () => ({ ...right(), text: right().text.replace('nonce-of', 'nonce_of') })],
    ['bad-signature', () => ({ ...right(), text: right().text.slice(0, -1) })],
    ['bad-signature', () => heard('!halt |sig=')],
    ['unknown-version', () => ({ ...right(), text: right().text.replace('sig=1:', 'sig=2:') })],
    ['expired', () => signed(room, '!halt', { timestamp: now() - 62 })],
    ['expired', () => signed(room, '!halt', { timestamp: now() + 65 })],
    ['not-an-owner', () => ({ ...right(), hostmask: 'lord@owner.example.evil' })],
    ['not-an-owner', () => ({ ...right(), hostmask: '', account: 'anabel' })],
    ['unknown-command', () => signed(room, '!dispatch all now')],
    ['bad-arguments', () => signed(room, '!beat kk-nobody')],
    ['bad-arguments', () => signed(room, '!say kk-validator nowhere hello')],
    ['bad-arguments', () => signed(room, '!nick kk-validator kk-coordinator')],
  ])('is refused as %s, answered once with a reason, and written down', async (reason, make) => {
    const command = make();
    expect(await room.obey(command, command)).toBe(0);
    expect(await room.isHalted()).toBe(false);
    expect(await room.taken('wake')).toEqual([]);
    const said = await room.taken('lines');
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ agentId: 'kk-coordinator', id: `answer-${command.id}` });
    expect(said[0]?.text?.length).toBeGreaterThan(30);
    const entry = await room.entry(command.id);
    expect(entry).toMatchObject({ reason, from: 'irc', channel: command.channel });
    expect(JSON.stringify(entry)).not.toContain('sig=');
  });

  it('is refused when it was used before, word for word', async () => {
    const first = signed(room, '!halt');
    await room.obey(first);
    expect(await room.isHalted()).toBe(true);
    await room.resume();
    const replayed = heard(first.text, { nick: first.nick });
    await room.obey(replayed);
    expect(await room.isHalted()).toBe(false);
    expect(await room.entry(replayed.id)).toMatchObject({ reason: 'replayed' });
  });

  it('is nothing when it is somebody else’s, or an agent says it', async () => {
    await room.obey(
      heard('!seen maria'),
      heard('!help', { nick: 'kk-validator_' }),
      heard('!help', { channel: '#elsewhere' }),
    );
    expect(await answers()).toEqual([]);
  });

  it('goes back to the queue when it is no command at all, and harms no other', async () => {
    expect(await room.obey('{', { v: 2, from: 'irc' }, heard('!help'), { from: 'aws' })).toBe(3);
    expect(await answers()).toHaveLength(1);
  });
});

describe('a command of the owner', () => {
  it('halts, says since when, and resumes', async () => {
    await room.obey(signed(room, '!halt  fees look odd'));
    expect(await room.isHalted()).toBe(true);
    expect((await answers())[0]).toMatch(/^LorDHeLLRiSer\d+: Spending is halted \(fees look odd\)/);
    await room.obey(signed(room, '!halt'), signed(room, '!status'));
    const [again, status] = await answers();
    expect(again).toMatch(/halted already, since .*Z by LorDHeLLRiSer\d+ .* \(fees look odd\)/);
    expect(status).toContain('spending halted since');
    await room.obey(signed(room, '!resume'), signed(room, '!resume'));
    expect(await room.isHalted()).toBe(false);
    const [resumed, twice] = await answers();
    expect([resumed, twice].map((text) => text?.includes('Spending goes on'))).toEqual([
      true,
      false,
    ]);
  });

  it('may come from a listed account instead of a listed host', async () => {
    await room.obey({ ...signed(room, '!halt'), hostmask: 'x@nowhere.example', account: 'Ana' });
    expect(await room.isHalted()).toBe(true);
  });

  it('is carried out and answered once, though it comes twice, or its room died before it was over', async () => {
    const say = signed(room, '!say kk-validator #karmakadabra hola a todos');
    await room.obey(say, say);
    await room.obey(say);
    await room.forgetAnswer(say.id);
    await room.obey(say);
    expect(await room.taken('lines')).toMatchObject([
      { id: `command-${say.id}`, agentId: 'kk-validator', text: 'hola a todos' },
      { id: `answer-${say.id}`, agentId: 'kk-coordinator' },
    ]);
  });

  it('does not undo a later halt when it comes again', async () => {
    await room.obey(signed(room, '!halt'));
    const resume = signed(room, '!resume');
    await room.obey(resume);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await room.obey(signed(room, '!halt'));
    await room.forgetAnswer(resume.id);
    await room.obey(resume);
    expect(await room.isHalted()).toBe(true);
  });

  it('beats an agent, and moves it about on IRC', async () => {
    await room.obey(
      signed(room, '!beat KK-Validator'),
      signed(room, '!join kk-validator #Elsewhere'),
      signed(room, '!nick kk-validator kk-val'),
    );
    expect(await room.taken('wake')).toMatchObject([
      { agentId: 'kk-validator', reason: 'command' },
    ]);
    const orders = (await room.taken('lines')).filter(({ text }) => text === undefined);
    expect(orders).toMatchObject([
      { order: 'join', channel: '#elsewhere' },
      { order: 'nick', nick: 'kk-val' },
    ]);
  });

  it('tells what agents said of themselves', async () => {
    const agents = new DynamoAgents(room.table.client, room.table.table);
    const pulse = { v: 1, at: new Date().toISOString(), beatId: 'b', pendingIntents: 1 } as const;
    for (const { id } of ROSTER.slice(1))
      await agents.pulse({ ...pulse, agentId: id, openDeals: 2, wallet: 1_500_000n });
    await room.obey(
      ...['!status', '!balance kk-validator', '!deals', '!products'].map((text) =>
        signed(room, text),
      ),
    );
    const [status, balance, deals, products] = await answers();
    expect(status).toMatch(
      /6 of 7 agents beat · silent: kk-coordinator · 12 open deals · 6 left to do · spending allowed/,
    );
    expect(balance).toMatch(/: kk-validator \$1\.5 \(\d+ s ago\)\.$/);
    expect(deals).toContain('kk-coordinator never beat · kk-karma-hello 2 open');
    expect(products).toContain('raw_logs $0.01 kk-karma-hello (not on the shelf)');
  });
});

describe('a command of anybody', () => {
  it('tells of itself when it is asked', async () => {
    await room.obey(heard('!help'), heard('!help !Halt'), heard('!help dance'), heard('!agents'));
    const [all, halt, none, agents] = (await answers()).map((text) => text?.replace(/^\S+: /, ''));
    expect(all).toMatch(/^!help !agents .* !halt\*\* .*!help <command> says more\)$/);
    expect(halt).toBe(
      '!halt [reason] stops all spending; signed by the owner, from a known account or host.',
    );
    expect(none).toBe('No command "dance": write !help for a list.');
    expect(agents).toMatch(/kk-karma-hello sells raw_logs, .*; kk-validator sells validation; /);
  });

  it('opts its speaker out and in, and nobody else', async () => {
    const optOuts = new DynamoCorpusPointers(room.table.client, room.table.table);
    await room.obey(
      heard('!optout', { nick: 'María[7]' }),
      heard('!optout luis', { nick: 'pedro' }),
    );
    expect((await optOuts.optOuts(COLLECTOR)).nicks).toEqual(new Set(['maría{7}']));
    await room.obey(heard('!optin', { nick: 'maría{7}' }));
    expect((await optOuts.optOuts(COLLECTOR)).nicks).toEqual(new Set());
  });

  it('is heard twenty times a minute, and told once that it was too often', async () => {
    const flood = () => heard('!help', { nick: 'Flooder[]' });
    for (let batch = 0; batch < 3; batch += 1)
      await room.obey(...Array.from({ length: 10 }, flood));
    await room.obey(heard('!help', { nick: 'flooder{}' }), heard('!help', { nick: 'other' }));
    const said = await answers();
    expect(said.filter((text) => text?.includes('!optout'))).toHaveLength(21);
    expect(said.filter((text) => text?.includes('more than 20'))).toHaveLength(1);
    expect(said).toHaveLength(22);
  });
});

describe('a command from AWS', () => {
  it('is answered on the reply queue, once, and a halt is told to the channel', async () => {
    const halt = { v: 1, from: 'aws', id: 'one', by: 'ops', command: 'halt', args: ['drill'] };
    await room.obey(halt, halt);
    expect(await room.isHalted()).toBe(true);
    expect(await room.taken('replies')).toMatchObject([
      {
        v: 1,
        id: 'one',
        command: 'halt',
        ok: true,
        text: expect.stringContaining('(drill)') as unknown,
      },
    ]);
    expect((await answers())[0]).toMatch(/^STATUS: Spending is halted \(drill\)/);
    expect(await room.entry('one')).toMatchObject({ by: 'aws:ops', asked: 'halt drill' });
  });

  it('is any that the owner has, each answered once and written down', async () => {
    const given: readonly (readonly string[])[] = [
      ...[['help'], ['agents'], ['products'], ['balance'], ['deals'], ['status', 'kk-validator']],
      ['say', 'kk-validator', '#karmakadabra', 'hola a todos'],
      ['join', 'kk-validator', '#elsewhere'],
      ['part', 'kk-validator', '#elsewhere'],
      ['nick', 'kk-validator', 'kk-val'],
      ...[['beat', 'kk-validator'], ['halt'], ['resume']],
    ];
    const bodies = given.map(([command, ...args]) => {
      return { v: 1, from: 'aws', id: `given-${command}`, by: 'ops', command, args };
    });
    for (const body of bodies) await room.obey(body, body);

    const replies = await room.taken('replies');
    expect(replies.map(({ id }) => id)).toEqual(bodies.map(({ id }) => id));
    for (const reply of replies) {
      expect(reply).toMatchObject({ ok: true });
      expect(await room.entry(reply.id)).toMatchObject({ by: 'aws:ops', answer: reply.text });
    }
    const said = await room.taken('lines');
    const ofTheOne = said.filter(({ agentId }) => agentId === 'kk-validator');
    expect(ofTheOne).toMatchObject([
      ...[{ text: 'hola a todos' }, { order: 'join' }, { order: 'part' }],
      { order: 'nick', nick: 'kk-val' },
    ]);
    // both turns of the switch are told to the channel
    expect(said).toHaveLength(6);
    expect(await room.taken('wake')).toHaveLength(1);
  });

  it('is refused with a reason when it makes no sense, and named after its message when it has no name', async () => {
    await room.obey(
      { v: 1, from: 'aws', command: 'explode' },
      { v: 1, from: 'aws', command: 'optout' },
    );
    expect(await room.taken('replies')).toMatchObject([
      { id: 'message-0', ok: false, reason: 'unknown-command' },
      { id: 'message-1', ok: false, reason: 'bad-arguments' },
    ]);
  });
});
