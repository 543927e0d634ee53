/**
 * For every pattern of DENIALS in its order: clauses in which somebody says that he does not do or know something, and clauses that
 * only look so.
 */
export const DENIED: readonly (readonly [is: readonly string[], not: readonly string[]])[] = [
  [
    ["i don't know docker", 'i really dont use docker', 'honestly, i do not own bitcoin'],
    ["i don't think docker is slow", 'you do not know docker', 'i do know docker'],
  ],
  [
    ['i have never used docker', 'i hate docker', 'i have no idea about docker', "i can't code"],
    ['i have used docker', 'they hate docker', "i can't wait for docker"],
  ],
  [
    ["i'm not a docker person", 'im not into docker', "i'm not good at docker"],
    ["i'm a docker person", "you're not into docker", "i'm notoriously fond of docker"],
  ],
  [
    [
      'never used docker',
      'not up to speed with docker',
      'no idea how docker works',
      'none with docker',
    ],
    ['we never used docker', 'docker is not up', 'no docker, no party'],
  ],
  [['docker: am not really up to speed'], ['docker is really up to speed']],
  [
    [
      'no uso docker',
      'nunca he tocado docker',
      'a docker tampoco lo conozco',
      'no me interesa docker',
    ],
    ['docker no arranca', 'nunca se cae docker', 'no es docker'],
  ],
  [
    ['no sé nada de docker', 'no sé usar docker', 'no tengo docker'],
    ['no sé por qué docker falla', 'no tengo que usar docker', 'no tengo acceso a docker'],
  ],
  [
    ['odio docker', 'ni idea de docker', 'yo de docker nada', 'nada de docker'],
    ['podio docker', 'una idea de docker', 'docker nada más'],
  ],
];

/** Sentences of languages that are counted, and of those that are mistaken for them. */
export const SPOKEN: readonly (readonly [text: string, language: 'es' | 'en' | undefined])[] = [
  ['quiero que me digas cómo lo haces', 'es'],
  ['mañana vamos a la casa de ella', 'es'],
  ['what do you want to know about it', 'en'],
  ['my son is here with his friends', 'en'],
  ['você sabe se isso não está com ele', undefined],
  ["je ne sais pas qui est dans la maison avec l'on", undefined],
  ['ich kann das nicht mit der Hand', undefined],
  ['il gatto che non sono di casa', undefined],
  ['het is niet van een boer voor dat huis', undefined],
];
