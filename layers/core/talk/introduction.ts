import { PRODUCTS } from '#contract/products.ts';
import type { Agent, Role } from '#contract/roster.ts';
import { phrase } from './voice.ts';

const TRADES: Readonly<Record<Role, readonly [string, ...string[]]>> = {
  coordinator: [
    '{id} en línea: miro que todos latan.',
    '{id} online: I watch over everyone’s pulse.',
  ],
  collector: [
    '{id} en línea: {sells}, siempre al día.',
    '{id} online: {sells}, always up to date.',
  ],
  'skill-extractor': [
    '{id} en línea: hago {sells} de los logs.',
    '{id} online: I make {sells} of logs.',
  ],
  'voice-extractor': [
    '{id} en línea: hago {sells} de los logs.',
    '{id} online: I make {sells} of logs.',
  ],
  'soul-extractor': [
    '{id} en línea: uno lo que otros saben en {sells}.',
    '{id} online: I merge what others know into {sells}.',
  ],
  validator: [
    '{id} en línea: audito entregas y firmo lo que veo.',
    '{id} online: I audit deliveries and sign what I see.',
  ],
  consumer: ['{id} en línea: compro para conocerme.', '{id} online: I buy to know myself.'],
};

/** What an agent says when it comes to its first channel; `occasion` chooses the phrasing. */
export function introduction({ id, role, sells }: Agent, occasion: string): string {
  const facts = { id, sells: sells.map((product) => PRODUCTS[product].title).join(', ') };
  return phrase(TRADES[role], `${id}:${occasion}`, facts);
}
