/** Phrases in which a term of the skill lexicons means something else. */
export const SKILL_TRAPS: readonly string[] = [
  // Python, JavaScript
  'flask of, hip flask, python snake(s), ball python(s), monty python, angular momentum, angular velocity, pip-boy',
  // money, said of other things
  'jean claude, freshly minted, newly minted, deployed to fuji, deployed to testnet, deployed to mainnet',
  'linux mint, mint linux, swap partition(s), swap file(s), swap space, swapfile, supply chain, food chain',
  'nfts partition(s), t nfts, mkfs nfts, nfts and fat, or nfts, a nfts, mint repo, mint wallpapers, the mint specialists, block chain(s) of, trading places, trade off(s), trade-off(s), stocks up',
  'bolsa de mercado, la bolsa de, long as, long and short, long story short, long range, short name, long enough, in the long run, how long, long time, as long as, so long, too long, all day long, for long',
  'for a short, in short, short term, long term, short film(s), short version, invest in a, time to invest',
  // crypto as cryptography
  'crypto partition(s), crypto volume(s), disk crypto, crypto disk, crypto key(s), crypto module(s)',
  // agents that are people or daemons
  'agent forwarding, ssh agents, forwarding your agent, gpg agent, user agent(s), travel agent(s), real estate agent(s), agente de transito',
  'agente de viajes, agente de policia, agente inmobiliario, agente 007, secret agent(s), transport agent',
  'transfer agent, mail agent, authentication agent, polkit agent, free agent',
  // design
  'by design, disenador de modas, disenador de interiores, ps ux, steam and css, diseno tactico',
  // servers and shells that are something else
  'mirror server(s), update server(s), key server(s), keyserver, main server, servers of, display server(s), the server version, xorg server(s), network servers, x server(s), xserver(s), irc server(s), sound server, x server settings, multi-server irc, discord server(s)',
  'servidor de discord, /server, connect to server, terminal server client, game server(s), the server at the',
  'bash the, bash history, weekly raids, raid on, script kiddie(s), system scripts, move script',
  // community
  'gated community, community pool, the community page, community page, the community wiki, community wiki, community edition, community supported, community support',
  // models, prompts
  'fashion model, role model, model citizen, command prompt, dos prompt, root prompt, device model, login prompt',
  // Spanish and Portuguese greetings into the room; Spanish "ahí" as chats spell it
  'alguien ai, ai alguien, vez ai, alguem ai, e ai, ai gente, por ai, ai voy, ai vamos, ai nos, ai te, ai le',
  'ai esta, ai ta, de ai, ai va',
];
