import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VoiceProfile } from '#contract/profiles.ts';
import { Occurrences, rankOf } from '#core/refinery/bottom-k.ts';
import { Exchanges } from '#core/refinery/exchanges.ts';
import { backgroundOf, foundTerms } from '#core/refinery/found-terms.ts';
import { type Place, placesOf } from '#core/refinery/graph.ts';
import { newPerson, type Person } from '#core/refinery/people.ts';
import { read } from '#core/refinery/read.ts';
import { Voices } from '#core/refinery/voices.ts';
import { recordsOf, said } from '../../support/messages.ts';

type Pairs = readonly (readonly [string, string])[];

/** Where people stand: each pair is one message of the first to the second. */
function places(pairs: Pairs): ReadonlyMap<string, Place> {
  const people = new Map<string, Person>();
  for (const [from, to] of pairs) {
    const person = people.get(from) ?? newPerson(from, '2025-10-21T12:00:00Z');
    people.set(from, person);
    person.partners.hear(read(`${to}: so`).nicks);
  }
  const exchanges = new Exchanges();
  for (const one of [...people.values()].sort((a, b) => (a.user < b.user ? -1 : 1)))
    exchanges.add(one);
  return placesOf(exchanges);
}

const placeOf = (pairs: Pairs, user: string) =>
  places([...pairs, ...pairs.map(([from, to]) => [to, from] as const)]).get(user)!;

/** A ring of friends who all know each other. */
const circle = (names: readonly string[]): Pairs =>
  names.flatMap((one) =>
    names.filter((other) => other !== one).map((other) => [one, other] as const),
  );

describe('the graph of who names whom', () => {
  it('puts who joins two circles between more people than anybody in them', () => {
    const [left, right] = [
      ['l1', 'l2', 'l3', 'l4'],
      ['r1', 'r2', 'r3', 'r4'],
    ];
    const pairs: Pairs = [...circle(left), ...circle(right), ['l1', 'joint'], ['joint', 'r1']];

    expect(placeOf(pairs, 'joint').betweenness).toBeGreaterThan(placeOf(pairs, 'l2').betweenness);
    expect(placeOf(pairs, 'joint')).toMatchObject({ partners: 2, mutual: 2 });
  });

  it('counts the shortest paths of a line as everyone can by hand', () => {
    const line: Pairs = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd'],
      ['d', 'e'],
    ];
    const shares = ['a', 'b', 'c', 'd', 'e'].map((user) => placeOf(line, user).betweenness);

    // between 0, 3, 4, 3 and 0 pairs: below the middle stand four of five, below its neighbours two
    expect(shares).toEqual([0, 0.4, 0.8, 0.4, 0]);
  });

  it('does not take a word for somebody who never spoke', () => {
    const people = places([
      ['ana', 'nobody'],
      ['ana', 'ana'],
    ]);
    expect(people.get('ana')).toMatchObject({ addresses: 0, partners: 0 });
  });

  it('knows people by nick in any case, and tells apart who differs in case alone', () => {
    const people = places([
      ['bob', 'ANA'],
      ['ana', 'bob'],
      ['Ana', 'bob'],
    ]);
    // of two who answer to the same nick, the first in code-point order is meant
    expect(people.get('Ana')?.addressed).toBe(1);
    expect(people.get('ana')?.addressed).toBe(0);
  });

  it('places people alike whatever the order in which they spoke', () => {
    const pair = fc.tuple(
      fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    );
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 30 }), (pairs) => {
        const there = places(pairs);
        const back = places(pairs.toReversed());
        expect(back).toEqual(there);
        for (const { betweenness, partners, mutual, partnersIn, partnersOut } of there.values()) {
          expect(betweenness).toBeGreaterThanOrEqual(0);
          expect(betweenness).toBeLessThan(1);
          expect(partners).toBe(partnersIn + partnersOut - mutual);
        }
      }),
    );
  });
});

describe('a role', () => {
  it('is bridge for who stands between others and is no hub', async () => {
    const left = ['l1', 'l2', 'l3', 'l4', 'l5'];
    const right = ['r1', 'r2', 'r3', 'r4', 'r5'];
    const pairs: Pairs = [...circle(left), ...circle(right), ['l1', 'joint'], ['joint', 'r1']];
    const messages = [
      ...['joint', ...left, ...right].flatMap((user) => said(['one', 'two', 'three'], user)),
      ...pairs.flatMap(([from, to]) => said([`${to}: hello`], from)),
    ];
    const profiles = await recordsOf(new Voices(), messages);
    const roles = new Map(
      profiles.map(({ user, role }): [string, VoiceProfile['role']] => [user, role]),
    );

    expect(roles.get('joint')?.name).toBe('bridge');
    expect(roles.get('l2')?.name).toBe('participant');
  });
});

describe('found terms', () => {
  const sampleOf = (terms: readonly string[]) => {
    const sample = new Occurrences(64);
    terms.forEach((term, place) => {
      sample.add(rankOf(term, place), term);
    });
    return sample;
  };

  it('are what one says far more often than everybody, whether or not a lexicon knows it', () => {
    const everybody = new Occurrences(10_000);
    for (let n = 0; n < 5_000; n += 1) {
      const term = n % 3 === 0 ? 'ubuntu' : `word ${n % 500}`;
      everybody.add(rankOf(term, n), term);
    }
    const own = sampleOf([
      'quetal',
      'ubuntu',
      'quetal',
      'ubuntu',
      'quetal',
      'quetal',
      'ubuntu',
      'casa',
      'perro',
    ]);

    expect([...foundTerms(own, backgroundOf(everybody))]).toEqual([['quetal', 4]]);
  });

  it('are none of one who is everybody', () => {
    const own = sampleOf(['hola', 'hola', 'hola', 'casa']);
    expect(foundTerms(own, backgroundOf(own)).size).toBe(0);
  });
});
