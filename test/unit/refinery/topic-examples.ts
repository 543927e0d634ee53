import type { TOPIC_TERMS } from '#core/refinery/lexicons/topics.ts';

type Own = typeof TOPIC_TERMS;

/** For every sub-topic: messages that speak of its topic, and messages that only look so, separated by ` | `. */
export const TOPIC_EXAMPLES: {
  readonly [T in keyof Own]: Readonly<
    Record<keyof Own[T], { readonly is: string; readonly not: string }>
  >;
} = {
  Programming: {
    programming: {
      is: 'I love programming | soy programador | aprendí desarrollo web | the backend is slow',
      not: 'the TV programme starts at nine | el programa de gobierno | a function of the state',
    },
    code: {
      is: 'read the source code | refactoricé el módulo, mi código quedó limpio | compile the code',
      not: 'the error code is 5 | what is your zip code | el código postal | read the code of conduct',
    },
    versions: {
      is: 'git push fails | abrí un pull request en GitHub | commit and merge',
      not: 'I cannot commit to that | a branch of the tree | apt cannot reach the repo',
    },
    languages: {
      is: 'Java or Kotlin | lo escribí en Rust | Ruby on Rails',
      not: 'a trip to the island of Java | rust on my bike | a ruby ring',
    },
    errors: {
      is: 'it ends in a segfault | error de sintaxis en la línea 3',
      not: 'human error | me equivoqué de bus',
    },
    interfaces: {
      is: 'a REST API | la API devuelve JSON',
      not: 'a rapid rest | rapidito',
    },
  },
  Business: {
    business: {
      is: 'our business model works | el negocio crece | soy emprendedora | mi startup',
      not: 'none of your business | a startup script | it hangs on startup | startup apps',
    },
    marketing: {
      is: 'marketing budget | publicidad en redes | learn SEO',
      not: 'la campana suena | seoul',
    },
    sales: {
      is: 'las ventas subieron | we sell B2B SaaS | sales and revenue',
      not: 'no me ventees | an IRC client',
    },
    work: {
      is: 'I freelance | hoja de vida lista | me pagan buen sueldo',
      not: 'it does not work | free lunch | the job runs at night',
    },
    funding: {
      is: 'venture capital | cerramos la ronda de inversión | a Kickstarter',
      not: 'grant him access | a round of beer',
    },
  },
  Learning: {
    courses: {
      is: 'follow this tutorial | hice un curso | a workshop on Friday | a taller de cerámica',
      not: 'of course | el pago está en curso | lesson learned | el taller de motos',
    },
    school: {
      is: 'at the university | entrego la tesis | too much homework',
      not: 'old school rap | una tarea fácil',
    },
  },
  Streaming: {
    streams: {
      is: 'live on Twitch | en el stream de anoche | streamers earn little',
      not: 'the stream is cold | an audio stream | el río va directo al mar',
    },
    podcasts: { is: 'a good podcast', not: 'we cast a pod' },
  },
  Games: {
    games: {
      is: 'video games all night | me gustan los videojuegos | a gamer',
      not: 'game over for him | juego limpio | by the game',
    },
    titles: {
      is: 'Minecraft server | jugamos Valorant',
      not: 'an earthquake | half of my life | the doom of us all',
    },
    consoles: { is: 'my Xbox | un PlayStation', not: 'the console of bash | a steam engine' },
  },
};
