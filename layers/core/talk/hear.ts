import type { AgentId } from '#contract/ids.ts';
import type { InboxEntry } from '#contract/irc-line.ts';
import { PRODUCTS, Product } from '#contract/products.ts';
import type { Agent } from '#contract/roster.ts';
import { isAutomatic, parseUtterance, type Utterance } from './grammar.ts';
import { foldNick, mentions } from './mention.ts';

/** One agent that a line concerns, and why. */
export interface Lead {
  readonly agentId: AgentId;
  readonly kind: InboxEntry['kind'];
}

/** The nick that an agent bears now: a collision or its owner may have given it another than its id. */
export type NickOf = (id: AgentId) => string;

/**
 * Whom a channel line concerns, at most once each. A stranger's NEED concerns who sells it, a stranger's HAVE who wants it, and so
 * does a DEAL that one of its two tells; any call by name the one called. No agent hears itself, and nobody hears what an agent says by
 * itself.
 */
export function hear(
  { sender, text }: { readonly sender: string; readonly text: string },
  roster: readonly Agent[],
  nickOf: NickOf = String,
): readonly Lead[] {
  const speaker = agentBehind(sender, roster, nickOf);
  if (speaker !== undefined && isAutomatic(text)) return [];
  const leads = new Map<AgentId, Lead>();
  for (const { id } of roster) {
    const isCalled = mentions(text, id) || mentions(text, nickOf(id));
    if (id !== speaker && isCalled) leads.set(id, { agentId: id, kind: 'mention' });
  }
  if (speaker === undefined) {
    for (const lead of trade({ sender, text }, roster)) leads.set(lead.agentId, lead);
  }
  return [...leads.values()];
}

/** The roster's agent that speaks under a nick: its own, also with the underscores of a nick collision, or the one it bears now. */
export function agentBehind(
  nick: string,
  roster: readonly Agent[],
  nickOf: NickOf = String,
): AgentId | undefined {
  const folded = foldNick(nick);
  const bare = folded.replace(/_+$/, '');
  return roster.find(({ id }) => id === bare || foldNick(nickOf(id)) === folded)?.id;
}

function trade(
  { sender, text }: { readonly sender: string; readonly text: string },
  roster: readonly Agent[],
): readonly Lead[] {
  const utterance = parseUtterance(text);
  if (utterance === undefined || !('product' in utterance)) return [];
  const product = productNamed(utterance.product);
  if (product === undefined || !isNews(utterance, sender, roster)) return [];
  const { kind } = utterance;
  return roster
    .filter(({ sells, wants }) => (kind === 'need' ? sells : wants).includes(product))
    .map(({ id }) => ({ agentId: id, kind }));
}

/** Of a deal only who made it may tell, and what one of us sold is known. */
function isNews(utterance: Utterance, sender: string, roster: readonly Agent[]): boolean {
  if (utterance.kind !== 'deal') return true;
  const { buyer, seller } = utterance;
  const isTheirs = [buyer, seller].some((nick) => foldNick(nick) === foldNick(sender));
  return isTheirs && agentBehind(seller, roster) === undefined;
}

/** In any case, by its name or its title. */
export function productNamed(text: string): Product | undefined {
  const name = text.toLowerCase().replace(/[\s-]+/g, '_');
  return Product.options.find(
    (product) =>
      product === name || PRODUCTS[product].title.toLowerCase().replaceAll(' ', '_') === name,
  );
}
