/** Ways to address one person in Spanish. Folded; separated by commas; `(s)` as in ../lexicon.ts. */
import type { Terms } from '../lexicon.ts';

export const ADDRESS_TERMS: Terms = {
  tu: {
    tu: [
      'tu, ti, contigo, tuyo, tuya, te, tienes, puedes, quieres, eres, haces, dices, vienes, piensas, prefieres, debes',
      'entiendes, crees, necesitas, me ayudas, me prestas, me explicas, como estas, usas',
      'dime, ponle, revisa el, revisa la, escribeme, avisame tu, pasame, no te, sabes que, sabes hacer, si sabes, tu sabes, contestas, le das',
      'conoces, recuerdas, sientes, vives, trabajas, ten cuidado, hiciste, viste, fuiste',
    ],
  },
  usted: {
    usted: [
      'usted, su merced, sumerce, disculpe, permitame, digame, le agradezco, le recomiendo, le sugiero, le cuento, le ruego',
      'le colaboro, le regalo, me regala, como le fue, como le va, venga le, venga pues, mire, haga, hagale, reinicie, revise',
      'tenga cuidado, tenga en cuenta, no sea, quedo atento',
      'oiga, vea pues, siga, por favor entre, por favor use, dejeme, perdone, su respuesta, su colaboracion',
    ],
  },
  vos: {
    vos: [
      'vos, sos, tenes, podes, queres, decime, avisame, fijate, dejate, mira vos, hace lo que, tene, veni, contame',
    ],
  },
};

/** Verb forms of vos that only their accent tells: `sabés`, `pensás`, `decís`. Lower case, accents kept. */
export const VOS_FORM = /(?<![\p{L}])\p{L}{2,}(?:[áé]s|ís)(?![\p{L}])/gu;

/** What ends like a form of vos and is none. */
export const NO_VOS_FORM: ReadonlySet<string> = new Set(
  (
    'más estás además demás después detrás atrás jamás quizás través revés inglés francés portugués interés estrés ' +
    'país compás marqués cortés andrés tomás moisés jesús parís japonés holandés irlandés escocés serás verás estarás'
  ).split(' '),
);

/** Future forms of tú (`tendrás`), and the preterite (`compraste`, `viniste`), with what only looks like one. */
export const TU_FORM = /(?<![\p{L}])\p{L}{3,}(?:rás|[ai]ste)(?![\p{L}])/gu;
export const NO_TU_FORM: ReadonlySet<string> = new Set(
  'atrás detrás triste chiste existe insiste consiste resiste asiste contraste desgaste persiste viste embarque paste waste taste haste'.split(
    ' ',
  ),
);
