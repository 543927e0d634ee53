import type { SkillName, Topic } from '#contract/profiles.ts';
import type { Terms, Vouchers } from '../lexicon.ts';

/** Which topic talk of a skill belongs to: the lexicon of skills is most of the lexicon of topics. */
export const TOPIC_OF_SKILL: Readonly<Record<SkillName, Topic>> = {
  Python: 'Programming',
  JavaScript: 'Programming',
  Solidity: 'Blockchain',
  DeFi: 'Trading',
  Trading: 'Trading',
  NFTs: 'Blockchain',
  'AI/ML': 'AI/ML',
  Agents: 'AI/ML',
  Design: 'Design',
  DevOps: 'Systems',
  Blockchain: 'Blockchain',
  Community: 'Community',
};

/** What else names a topic, in English and Spanish, by sub-topic. Notation: `Entries` in ../lexicon.ts. */
export const TOPIC_TERMS = {
  Programming: {
    programming: [
      'programming, programmer(s), learn to program, para programar, programacion, programador(es), programadora(s), programando, programar en',
      'software developer(s), software engineer(s), web developer(s), desarrollador(es), desarrolladora(s)',
      'desarrollo web, desarrollo de software, web development, backend, frontend, front end, back end, full stack, fullstack',
      '~developer(s), ~framework(s), ~algorithm(s), ~algoritmo(s), ~function(s), ~funcion(es), ~variable(s)',
    ],
    code: [
      'source code, codebase, codigo fuente, codigo abierto, refactor, refactoring, refactorizar, refactorice',
      'code review(s), clean code, my code, your code, mi codigo, tu codigo, el codigo de, unit test(s), pair programming',
      '~code, ~codigo, ~coding, ~compile(s), ~compiler, ~compilar, ~bug(s), ~debug, ~debugger, ~debugging',
    ],
    versions: [
      'git, github, gitlab, git commit, git push, git rebase, pull request(s), merge conflict(s), clone a repo, clonar el repo',
      '~commit(s), ~merge, ~repo(s), ~branch',
    ],
    languages: [
      'java, golang, kotlin, haskell, ruby on rails, visual basic, php, in rust, en rust, rust compiler',
      '~rust, ~ruby, ~perl, ~swift, ~scala, ~rails',
    ],
    errors: [
      'stack trace(s), traceback, segfault(s), segmentation fault, null pointer, syntax error(s), error de sintaxis',
    ],
    interfaces: [
      'rest api, api key(s), apis, graphql, json, la api, una api, the api, an api, ~api',
    ],
  },
  Business: {
    business: [
      'business model(s), business plan(s), small business, modelo(s) de negocio(s), plan de negocio(s), negocio(s)',
      'emprendimiento(s), emprendedor(es), emprendedora(s), emprender, entrepreneur(s), entrepreneurship',
      'our startup, tech startup(s), startups, una startup, mi startup, la startup',
      '~startup, ~business, ~company, ~companies, ~empresa(s), ~market fit',
    ],
    marketing: [
      'marketing, mercadeo, seo, publicidad, ad campaign(s), brand awareness, campana publicitaria',
      '~campaign(s), ~campana(s), ~audience, ~audiencia, ~brand, ~marca',
    ],
    sales: [
      'ventas, sales team, sales pitch, b2b, b2c, saas, crm, facturacion, product market fit',
      '~customer(s), ~cliente(s), ~sales, ~venta, ~factura(s), ~invoice(s), ~revenue, ~ingresos, ~profit(s), ~pitch',
    ],
    work: [
      'freelance, freelancer(s), freelancing, job interview(s), entrevista de trabajo, job offer(s), job market',
      'oferta(s) de trabajo, oferta laboral, hoja de vida, remote job(s), trabajo remoto, salary, salario(s), sueldo(s)',
      'they are hiring, we are hiring, is hiring, estan contratando, ~hiring, ~empleo(s), ~interview(s), ~entrevista(s)',
    ],
    funding: [
      'venture capital, angel investor(s), seed round, funding round(s), ronda de inversion, fundraising',
      'inversionista(s), crowdfunding, kickstarter, patrocinador(es), ~investor(s), ~funding, ~sponsor(s), ~grant(s)',
    ],
  },
  Learning: {
    courses: [
      'tutorial(s), tutoriales, curso(s), workshop(s), bootcamp(s), webinar(s), masterclass, taller de, e-learning, online course(s)',
      '~course(s), ~taller(es), ~lesson(s), ~clase(s), ~aprender, ~aprendiendo, ~learn, ~learning, ~teach, ~ensenar',
    ],
    school: [
      'university, universidad, college degree, phd, maestria, diplomado, la tesis, mi tesis, tesis de grado, scholarship(s), homework, tarea de, hay clase, want to learn, wanna learn',
      'beca(s), ~thesis, ~tesis, ~school, ~escuela, ~colegio, ~exam(s), ~examen(es), ~degree, ~student(s), ~estudiante(s), ~estudiar, ~teacher, ~profesor',
    ],
  },
  Streaming: {
    streams: [
      'twitch, livestream(s), live stream(s), livestreaming, streamer(s), streamear, streameando, transmision en vivo',
      'el stream, este stream, del stream, al stream, the stream, this stream, next stream, stream de hoy, obs studio, youtuber(s)',
      '~stream(s), ~streaming, ~directo, ~obs, ~raid, ~subs, ~overlay, ~emote(s), ~viewers, ~youtube',
    ],
    podcasts: ['podcast(s), podcasting, twitter space(s), x spaces'],
  },
  Games: {
    games: [
      'gaming, gamer(s), videojuego(s), videogame(s), video game(s), computer game(s), speedrun(s)',
      '~game(s), ~juego(s), ~jugar, ~gameplay, ~multiplayer, ~rpg',
    ],
    titles: [
      'minecraft, fortnite, valorant, league of legends, world of warcraft, counter strike, half life, starcraft, quake 3, quake3, elden ring, tremulous',
      '~quake, ~doom, ~diablo',
    ],
    consoles: ['playstation, xbox, nintendo, steam deck, game boy, ps5, ~steam'],
  },
} as const satisfies Terms & Readonly<Partial<Record<Topic, unknown>>>;

/** Phrases in which a term of a topic means something else. */
export const TOPIC_TRAPS: readonly string[] = [
  'java island, island of java, java coffee, error code(s), exit code(s), zip code, codigo postal, dress code, code of conduct, codigo qr',
  'startup script(s), startup disk, startup sound, startup manager, startup program(s), startup app(s), startup application(s), startup folder',
  'sun java, oracle java, java plugin(s), install java, installing java, get java, java version, java is installed, java 5, java 6, java 7, java 8, java wiki, java bot',
  'kernel source code, graphical front end, graphical front-end, mysql php, apache php, machine learning, deep learning, scikit learn, scikit-learn',
  'the bug tracker, none of your business, mind your own business',
  'monkey business, in the company of, of course, en curso, en el curso de, main course, golf course, en clase alta, taller de carros',
  'taller de motos, taller mecanico, old school, high school musical, school of fish, lesson learned, tarea de la casa, tarea de hoy',
  'up the stream, down the stream, the stream of, the stream is cold, stream address, stream of consciousness, en directo a, by the game, the end game',
  'game of thrones, game over, steam engine, steam train, steam cleaner, ropa de marca, la campana de la iglesia',
];

/** Topics whose terms vouch for another's weak ones. */
export const TOPIC_VOUCHERS: Vouchers = {
  Programming: ['AI/ML'],
  Business: ['Trading', 'Design'],
  Learning: ['Programming', 'Design', 'AI/ML'],
  Streaming: ['Games', 'Community'],
  Games: ['Streaming'],
};
