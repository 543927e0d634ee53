import { describe, expect, it } from 'vitest';
import type { VoiceProfile } from '#contract/profiles.ts';
import { Voices } from '#core/refinery/voices.ts';
import { recordsOf, said } from '../../support/messages.ts';

async function voiceOf(texts: readonly string[]): Promise<VoiceProfile> {
  const [profile] = await recordsOf(new Voices(), said(texts));
  return profile!;
}

describe('voiceProfiles', () => {
  it.each([
    ['inquisitive', ['que tal?', 'como vas?', 'bien']],
    ['enthusiastic', ['vamos!', 'que bien!', 'bien']],
    ['analytical', Array.from({ length: 3 }, () => 'a long and thoughtful remark '.repeat(4))],
    ['reactive', ['si', 'no', 'ok']],
    ['conversational', Array.from({ length: 3 }, () => 'I will be around later today')],
  ])('hears a tone that is %s', async (tone, texts) => {
    expect((await voiceOf(texts)).tone.primary).toBe(tone);
  });

  it.each([
    ['formal', ['Estimados, muchas gracias', 'le agradezco la ayuda', 'por favor']],
    ['informal', ['jajaja parce', 'lol', 'tú tienes razón con eso']],
    ['neutral', ['the sky is blue', 'water is wet', 'ok then']],
  ])('hears speech that is %s', async (level, texts) => {
    expect((await voiceOf(texts)).formality.level).toBe(level);
  });

  it('tells tú, usted and vos apart, in Spanish only', async () => {
    const spanish = await voiceOf([
      'tú puedes con eso',
      'usted sabe que es así',
      'vos sos un crack pero ya',
    ]);
    const english = await voiceOf([
      'che is the one',
      'vos is a brand of the store',
      'sos is what it is',
    ]);

    expect(spanish.formality.address).toEqual({ tu: 1, usted: 1, vos: 1 });
    expect(english.formality.address).toEqual({ tu: 0, usted: 0, vos: 0 });
  });

  it.each([
    ['gm', ['gm chat', 'GM!', 'they say hey']],
    ['hola', ['Hola parceros', 'hola', 'nada']],
    ['none', ['they left', 'this and that', 'show me']],
  ])('greets with %s', async (greeting, texts) => {
    expect((await voiceOf(texts)).greeting.favourite).toBe(greeting);
  });

  it('counts slang by family', async () => {
    const { slang } = await voiceOf(['parce que chimba', 'parcero wagmi', 'lol gg']);

    expect(slang.colombian).toEqual({
      total: 2,
      top: [
        { term: 'parce', count: 2 },
        { term: 'chimba', count: 1 },
      ],
    });
    expect([slang.crypto.total, slang.internet.total]).toEqual([1, 1]);
  });

  it.each([
    ['aggressive', ['going all in', 'yolo', 'ok']],
    ['conservative', ['cuidado con eso', 'dyor', 'ok']],
    ['moderate', ['yolo', 'dyor', 'ok']],
    ['moderate', ['it is all in the log', 'the full moon', 'ok']],
  ])('takes risk as %s', async (tolerance, texts) => {
    expect((await voiceOf(texts)).risk.tolerance).toBe(tolerance);
  });

  it('tells roles by who addresses whom, not by who talks most', async () => {
    const fans = ['f1', 'f2', 'f3', 'f4', 'f5'];
    const messages = [
      ...said(['hi', 'there', 'all'], 'star'),
      ...said(
        Array.from({ length: 60 }, () => 'talking to myself'),
        'loud',
      ),
      ...fans.flatMap((fan) => said(['star: hello', '@star yes', 'ok'], fan)),
      ...said(['f1: you too', 'f2, and you', 'star: bye'], 'social'),
    ];
    const profiles = await recordsOf(new Voices(), messages);
    const roles = Object.fromEntries(profiles.map(({ user, role }) => [user, role.name]));

    expect(roles).toMatchObject({
      star: 'hub',
      loud: 'observer',
      f5: 'leaf',
      social: 'participant',
    });
    expect(profiles.find(({ user }) => user === 'star')?.role).toMatchObject({
      addressed: 11,
      partnersIn: 6,
    });
  });

  it('keeps what is repeated as signature', async () => {
    const { signaturePhrases } = await voiceOf([
      'a  darle átomos',
      'a darle atomos',
      'algo mas',
      'gm',
    ]);
    expect(signaturePhrases).toEqual([{ term: 'a darle atomos', count: 2 }]);
  });
});
