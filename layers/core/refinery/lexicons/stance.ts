/** Words that make a message a question without its mark, at the beginning of a clause. Folded, separated by commas. */
export const QUESTION_OPENERS: readonly string[] = [
  "isn't there, whats the, where could, can someone please",
  'does anyone, does anybody, anyone know, anybody know, anyone here, anybody here, any one know, anyone familiar',
  'anyone got, anyone have, anyone can, anybody familiar, can anyone, can anybody, can someone, can somebody',
  'can i, can you, can u, could you, could someone, could anyone, would it, is there, are there, is it, is that',
  'is anyone, is someone, has anyone, have you, did you, do you, do i, does it, does that, should i, will it',
  "how do, how can, how to, how would, how did, how could, how come, how long does, what is, what's, whats, what are",
  'what would, what do, what does, what did, which one, where can, where is, where do, where would, why is, why do',
  "why does, why would, why did, why can't, who is, when is, when will, am i, any idea, any ideas, any help, any way",
  'alguien sabe, alguien que, alguien me, alguien ha, alguien puede, alguien habla, alguien conoce, alguien tiene',
  'que es, que hago, que cosa es, como hago, como se, como me, como puedo, como lo, como estas, como andan, como va',
  'cual es, donde queda, donde esta, donde puedo, cuando es, cuanto, sera que, me puedes, puedes, se puede',
  'y eso para que, xq no, por que no, que tal estuvo, quien',
];

/** What says that one does not do or know something, within a clause of folded words. */
export const DENIALS: readonly RegExp[] = [
  /\bi (?:really |honestly )?(?:don't|dont|do not) (?:really )?(?:know|use|do|own|trade|have|like|run|understand|get)\b/,
  /\bi (?:have never|haven't|know nothing|hate|have no (?:idea|clue|experience|knowledge)|(?:can't|cannot) (?:design|code|program|draw))\b/,
  /\bi'?m not (?:a|an|part|into|really|up to|good|one)\b/,
  /^(?:not (?:really )?up to speed|never (?:used|written|touched|tried|done|bought|learned)|no (?:idea|clue)|none with)\b/,
  /\bnot really up to speed\b/,
  /\b(?:no|nunca|tampoco) (?:me |lo |la |le )?(?:he|entiendo|uso|hago|meto|interesan?|programo|voto|manejo|conozco|toco|pienso|quiero)\b/,
  /\bno se (?:nada|mucho|de|casi|usar|programar|hacer)\b|\bno tengo (?!que|el|la|los|las|acceso)/,
  /\bodio\b|\bni idea de\b|\byo de .*\bnada\b|\bnada de\b/,
];
