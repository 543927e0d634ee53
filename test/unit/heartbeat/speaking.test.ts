import { describe, expect, it } from 'vitest';
import { MemoryAgents } from '#adapters/memory/agents.ts';
import type { BeatEvent } from '#contract/beat-event.ts';
import { agentOf } from '#contract/roster.ts';
import { TalkLimits } from '#contract/talk.ts';
import { utter } from '#core/heartbeat/change.ts';
import { AT, agentId, NOW, taskId } from '../../support/builders.ts';
import { PaperEconomy, type Watch } from '../../support/paper-economy.ts';

const SPEAKER = agentId('kk-validator');
const MINUTE = 60_000;

/** An economy in which the validator is known already, and may say so much. */
async function aSpeaker(limits: Partial<TalkLimits> = {}) {
  const agents = new MemoryAgents();
  const economy = await PaperEconomy.open({ agents });
  economy.limits = TalkLimits.parse(limits);
  await economy.beat(SPEAKER);
  let heard = 0;
  return {
    economy,
    /** It has so many things to say, of which no two are alike. */
    hasToSay: async (count: number) => {
      const events = Array.from({ length: count }, (_, n): BeatEvent => {
        const verdict = { records: n * 1000, score: n, objections: n };
        return { kind: 'verified', product: 'raw_logs', taskId: taskId(n + 1), ...verdict };
      });
      const term = { owner: 'test', now: economy.now(), until: economy.now() };
      const lease = (await agents.takeLease(SPEAKER, term))!;
      await agents.commit(lease, { intents: utter(agentOf(SPEAKER), events, AT) });
      await agents.letGo(lease);
    },
    hears: async (sender: string, text: string) => {
      heard += 1;
      const at = { ts: economy.now().toISOString(), channel: '#karmakadabra' };
      await agents.put(SPEAKER, { v: 1, id: `${heard}`, kind: 'mention', ...at, sender, text });
    },
    beat: (watch?: Watch) => economy.beat(SPEAKER, { early: true, watch }),
    said: () => [...economy.lines.values()].map(({ text }) => text),
  };
}

describe('a beat', () => {
  it.each([
    ['three lines', {}, [3, 6, 7]],
    ['as many as its stage says', { perBeat: 5 }, [5, 7, 7]],
  ])('says %s, and leaves the others for the next', async (_what, limits, counts) => {
    const { hasToSay, beat, said } = await aSpeaker(limits);
    await hasToSay(7);
    for (const count of counts) {
      await beat();
      expect(said()).toHaveLength(count);
    }
  });

  it.each([
    ['two', {}, ['ana', 'luis']],
    ['as many as its stage says', { replies: 1 }, ['ana']],
  ])('answers %s who call it, each of them once, and forgets the others', async (...row) => {
    const [, limits, answered] = row;
    const { hears, beat, said } = await aSpeaker(limits);
    await hears('ana', '@kk-validator what do you sell?');
    await hears('ANA', '@kk-validator status');
    await hears('luis', '@kk-validator ¿estás?');
    await hears('eva', '@kk-validator hi');
    for (let n = 0; n < 3; n += 1) await beat();
    expect(said().map((text) => text.split(':')[0])).toEqual(answered);
  });

  it.each([
    ['six hours', {}, 360 * MINUTE],
    ['as long as its stage says', { cooldownMs: 30 * MINUTE }, 30 * MINUTE],
  ])('does not answer the same question of the same person for %s', async (...row) => {
    const [, limits, cooldown] = row;
    const { economy, hears, beat, said } = await aSpeaker(limits);
    const ask = async () => {
      await hears('Ana[]', '@kk-validator   STATUS?');
      await beat();
      return said().length;
    };
    expect(await ask()).toBe(1);
    economy.skip(cooldown - MINUTE);
    await hears('ana{}', '@kk-validator status?');
    expect(await ask()).toBe(1);
    economy.skip(2 * MINUTE);
    expect(await ask()).toBe(2);
  });

  it('says ten lines in two minutes, and no eleventh for ten minutes, nor loses it', async () => {
    const { economy, hasToSay, beat, said } = await aSpeaker({ perBeat: 12 });
    await hasToSay(11);
    await beat();
    expect(said()).toHaveLength(10);
    economy.skip(9 * MINUTE);
    await beat();
    expect(said()).toHaveLength(10);
    economy.skip(MINUTE);
    await beat();
    expect(said()).toHaveLength(11);
  });

  it('that died after it spoke says the same words again, and the next line others', async () => {
    const { economy, hasToSay, beat, said } = await aSpeaker();
    await hasToSay(2);
    let hasSpoken = false;
    const dying: Watch = (call) => {
      if (hasSpoken && call === 'agents.commit') throw new Error('died');
      hasSpoken = call === 'lines.say';
    };
    await expect(beat(dying)).rejects.toThrow('died');
    const [first] = said();
    economy.skip(2 * MINUTE);
    await beat();
    expect(said()).toEqual([first, expect.stringMatching(/ counted and signed; objections: 1$/)]);
    expect(first).toMatch(/ contado y firmado; objeciones: 0$/);
  });

  it('tells who asks that spending is halted, from the first beat after it', async () => {
    const { economy, hears, beat, said } = await aSpeaker();
    await economy.agents.halt(true);
    await hears('ana', 'kk-validator: ¿estás?');
    await beat();
    expect(said()).toEqual([expect.stringMatching(/^ana: Aquí estoy: .*, gasto detenido\.$/)]);
    expect(economy.now().getTime()).toBeGreaterThan(NOW.getTime());
  });
});
