const NICK_CHARACTER = /[\p{L}\p{N}\-_[\]\\`^{}|~]/u;

/** Lower case of a nick or channel under CASEMAPPING=rfc1459 (RFC 2812 section 2.2): also `[]\^` are capitals of `{}|~`. Keeps the length. */
export function foldNick(name: string): string {
  return name.replace(/[A-Z[\\\]^]/g, (capital) => String.fromCharCode(capital.charCodeAt(0) + 32));
}

/**
 * Whether `text` calls `nick`: `@nick`, `nick:` or `nick,` anywhere, with nothing around it that could belong to a longer nick,
 * so that `@kk-soul-extractor2` is not kk-soul-extractor.
 */
export function mentions(text: string, nick: string): boolean {
  const folded = foldNick(text);
  const wanted = foldNick(nick);
  if (wanted === '') return false;
  for (let at = folded.indexOf(wanted); at !== -1; at = folded.indexOf(wanted, at + 1)) {
    if (isCall(folded, at, at + wanted.length)) return true;
  }
  return false;
}

function isCall(text: string, start: number, end: number): boolean {
  const after = text.charAt(end);
  if (isNickCharacter(after)) return false;
  const before = text.charAt(start - 1);
  if (before === '@') return !isNickCharacter(text.charAt(start - 2));
  return !isNickCharacter(before) && (after === ':' || after === ',');
}

function isNickCharacter(character: string): boolean {
  return character !== '' && NICK_CHARACTER.test(character);
}
