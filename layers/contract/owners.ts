import * as z from 'zod';

/** One who may give privileged commands on IRC: a services account, or a `user@host` in which `*` stands for anything. */
export type Owner =
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'mask'; readonly mask: string };

/** Comma-separated `account:<name>` and `user@host` masks. A mask that everybody matches is refused. */
export const Owners = z.string().transform((list, context): readonly Owner[] => {
  const entries = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const owners = entries.map(ownerOf);
  entries.forEach((entry, index) => {
    if (owners[index] === undefined)
      context.addIssue({
        code: 'custom',
        message: `"${entry}" names no owner: write account:<name>, or user@host with * for a part of it.`,
      });
  });
  return owners.filter((owner) => owner !== undefined);
});

function ownerOf(entry: string): Owner | undefined {
  const account = /^account:(\S{1,64})$/.exec(entry)?.[1];
  if (account !== undefined) return { kind: 'account', account };
  const isMask = /^[^\s@,]+@[^\s@,]+$/.test(entry) && /[^*?.]/.test(entry.split('@')[1] ?? '');
  return isMask ? { kind: 'mask', mask: entry } : undefined;
}
