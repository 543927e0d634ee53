/** What servers refuse with; see https://modern.ircdocs.horse/#numerics and https://www.alien.net.au/irc/irc2numerics.html */

/** A nick that is none, taken, colliding, or locked for a while. */
export const NICK_REFUSALS = ['432', '433', '436', '437'];

/** No such channel, too many, locked, full, by invitation, banned, key, bad mask, registered nicks only, TLS only, operators only. */
export const JOIN_REFUSALS = [
  '403',
  '405',
  '437',
  '471',
  '473',
  '474',
  '475',
  '476',
  '477',
  '489',
  '520',
];

/** A line to a channel: no such channel, cannot send, too many targets, not on it, registered nicks only, no operator. */
export const LINE_REFUSALS = new Set([
  '401',
  '403',
  '404',
  '407',
  '408',
  '442',
  '477',
  '482',
  '489',
  '531',
]);

/** What the last words of a server say when the network does not want us. */
export const BAN = /\b[a-z]-?lined\b|\bbanned\b/i;
