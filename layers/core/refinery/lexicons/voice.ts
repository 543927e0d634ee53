import type { Terms } from '../lexicon.ts';

/** Register, in English and Spanish: label, then what is counted. Notation: `Entries` in ../lexicon.ts. */
export const REGISTER_TERMS: Terms = {
  formal: {
    courtesy: [
      'please, thank you, kindly, sincerely, regards, dear all, dear sir, be grateful, appreciate, appreciated',
      'ladies and gentlemen, excuse me, pardon me, with respect, por favor, muchas gracias',
      'agradezco, agradecemos, agradecido, cordial, cordiales, cordialmente, atentamente, disculpe, permitame',
      'le ruego, quedo atento, quedo atenta, de antemano, el mayor de los gustos, con mucho gusto, sirvase',
      'estimado(s), estimada(s), senor(es), senora(s), senoras y senores, ingeniero, doctora, adjunto el',
    ],
  },
  informal: {
    people: [
      'bro, bros, dude, dudes, buddy, fam, folks, homie, pana, panas, wey, guey, mijo, mija, boludo, tio, che',
      'ese man, el man, mi gente, papa, man',
    ],
    short: [
      "gonna, wanna, gotta, gotcha, kinda, sorta, dunno, lemme, thx, tx, pls, plz, prob, probs, u, ur, cuz, ya'll",
      "y'all, ya know, how bout, freakin, porfa, porfis, xfa, toy, pa que, pal, xq, pq, ntp, tqm, weno, amix",
    ],
    interjections: [
      'yeah, yea, yep, yup, nah, ya i, heh, hah, meh, ugh, oops, wow, cool, cheers, umm, ummm, uff, eww, darn',
      "what's up, sup, what's good, dale, sisas, hagale, hagamosle, fresco, joder, jodido, carajo, que oso",
      'hiyas, hiya',
    ],
    coarse: [
      'crap, crappy, damn, shit, shitty, fuck, fucking, f*ck, my ass, asshole, asshat, sucks, screw, screwed, screwy',
      'son of a, puta, mierda, verga, jode, bobo, wtf, wdf',
    ],
  },
};

/** Slang by family. */
export const SLANG_TERMS: Terms = {
  colombian: {
    parce: ['parce, parces, parcero(s), parcera(s), parcerito, parche, parchar'],
    chimba: ['chimba, chimbita'],
    gonorrea: ['gonorrea'],
    marica: ['marica, marika, maricon'],
    bacano: ['bacano(s), bacana(s), bacaneria, bakano'],
    berraco: ['berraco, verraco, berraca, verraca, berraquera, verraquera'],
    guevon: ['guevon, huevon, guevona, weon, gueva'],
    hagale: ['hagale, hagamosle, hagale pues, ~de una'],
    paila: ['paila'],
    quiubo: ['quiubo, quihubo, que mas pues, que mas parce'],
    trabajo: ['camello, camellar, camellando'],
    'ese man': ['ese man, el man, esa man'],
    sisas: ['sisas, sizas'],
    mamera: ['mamera, mamar gallo, mame gallo, mamando gallo'],
    pereza: ['que pereza, que oso, que pecao, que boleta, que nota, que pena con, que embarrada'],
    gente: [
      'pelado(s), pelada(s), mijo, mija, ome, cucho, cucha, nero(s), mi perro, sumerce, su merced',
    ],
    visaje: ['visaje, severo, severa, melo, charro, chevere, vaina'],
    papaya: ['dar papaya, dio papaya, papayazo, pilas pues, las pilas, nos pillamos'],
    fiesta: ['guayabo, guaro, polas, pola, rumba, rumbear'],
    dinero: ['lukas, lucas, sin un peso'],
    otros: ['trancon, tusa, tombo(s), chuspa, darle atomos, juicioso, juiciosa'],
  },
  crypto: {
    gm: ['gm, gmgm, gn'],
    wagmi: ['wagmi'],
    ngmi: ['ngmi'],
    degen: ['degen(s), degenerate'],
    hodl: ['hodl, hodler(s), hodling'],
    moon: ['to the moon, a la luna, wen moon, mooning'],
    lambo: ['lambo, wen'],
    ape: ['ape in, aped, aping, ape into'],
    rekt: ['rekt'],
    fomo: ['fomo'],
    fud: ['fud'],
    dyor: ['dyor, nfa'],
    hands: ['diamond hands, paper hands'],
    rug: ['rugged, rug pull, rugpull'],
    frens: ['frens, fren'],
    nothing: ['probably nothing, few understand, lfg'],
    sweep: ['swept the floor, sweep the floor'],
  },
  internet: {
    lol: ['lol, lols, lulz'],
    lmao: ['lmao, lmaoo, lmaooo, lmfao, rofl'],
    xd: ['xd, xdd, xddd'],
    gg: ['gg, ggwp, gg wp'],
    pog: ['pog, poggers, pogchamp'],
    copium: ['copium, hopium'],
    wtf: ['wtf, wdf, wat'],
    omg: ['omg'],
    opinion: ['imho, imo, ime, tbh, ngl, afaik, iirc'],
    idk: ['idk, idc, nvm, ofc, smh'],
    brb: ['brb, afk, bbl, g2g'],
    yolo: ['yolo'],
    btw: ['btw, fyi, irl'],
    noob: ['noob(s), n00b, newb'],
    cap: ["that's cap, no cap, cringe, sus, poser"],
    short: ['thx, tx, plz, u, ur, ntp, tqm, xq, pq, weno, njoi, amix, jsjs'],
  },
};

/** Mood and the taste for risk. */
export const MOOD_TERMS: Terms = {
  excited: {
    excited: [
      "i love, awesome, amazing, insane, so proud, let's go, best day, incredible, can't wait, increible(s), brutal, una chimba",
      'que chimba, me encanto, me encanta, maravilla, buenisimo, buenisima, un genio, no lo puedo creer, golazo, ganamos, que nota',
      "que locura, so excited, on fire, was fire, that's wild, what a day, lets go, lambo, excellent",
    ],
  },
  bold: {
    bold: [
      'all in, voy con todo, full send, send it, yolo, ape in, aped, degen, to the moon, a la luna, todo o nada',
      'me la juego, me la jugue, le meti todo, le meti los ahorros, sin pensarlo, no hay plan b, what could go wrong',
      'could possibly go wrong, no regrets, full margin, diamond hands, i bet, bet the',
      "arriesgarse, sin miedo, meterle todo, i quit my job, let's go all",
    ],
  },
  careful: {
    careful: [
      'careful, cuidado, con calma, risky, too risky, dyor, do your own research, make a backup, backup first',
      'have your backups, just in case, por si acaso, at your own risk, better safe, ojo, ojo con, risk of',
      'no hay afan, esperemos, wait and see, not financial advice, test with a small, small amount first',
      'primero investigo, lo que no puedo perder, dar papaya, no comparta, nunca compartas, da miedo, me da miedo',
      "not getting greedy, somewhere safe, corte perdidas, cortar perdidas, ten cuidado, i'm afraid, afraid that",
      "sandbox your, cold storage, copias de seguridad, i'll pass",
      'risk reward',
    ],
  },
};

/** How messages open. */
export const GREETING_TERMS: Terms = {
  greeting: {
    gm: ['gm, gmgm, gm gm'],
    'good morning': ['good morning, good evening, good afternoon, good day'],
    hola: ['hola, holi, holas'],
    buenas: ['buenas, muy buenas, wenas, buenas noches, buenas tardes'],
    'buenos dias': ['buenos dias, buen dia'],
    'que mas': ['que mas, quiubo, que hubo, quihubo'],
    saludos: ['saludos, un saludo, cordial saludo'],
    hello: ['hello'],
    hey: ['hey, heya'],
    hi: ['hi, hiya, hiyas'],
  },
};

/** Phrases in which a term above means something else. */
export const VOICE_TRAPS: readonly string[] = [
  "risk free, paila de, la marica palabra, all in the, all in one, all in all, it's all in, it is all in, wp config, wagmi hooks",
  'full moon, man page(s), manpage(s), man pages, the man page, man 5, man 1, man 8',
];
