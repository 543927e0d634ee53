import type { Owner } from '#contract/owners.ts';
import { foldNick } from '../talk/mention.ts';

/** Whether the network knows the speaker as one of them; of nobody when the list is empty. */
export function isOwner(
  speaker: { readonly account?: string | undefined; readonly hostmask: string },
  owners: readonly Owner[],
): boolean {
  const { account, hostmask } = speaker;
  return owners.some((owner) =>
    owner.kind === 'account'
      ? account !== undefined && foldNick(account) === foldNick(owner.account)
      : hostmask !== '' && matches(hostmask.toLowerCase(), owner.mask.toLowerCase()),
  );
}

/** Without a regular expression: each `*` takes as little as it can, so the time grows with both lengths alone. */
function matches(text: string, mask: string): boolean {
  const [head = '', ...rest] = mask.split('*');
  const tail = rest.pop();
  if (tail === undefined) return text === mask;
  if (!text.startsWith(head) || !text.endsWith(tail)) return false;
  let at = head.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= text.length - tail.length;
}
