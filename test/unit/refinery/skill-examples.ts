import type { SkillName } from '#contract/profiles.ts';

/** For every sub-skill: messages that speak of it, and messages that only look so. */
export interface Examples {
  readonly is: readonly string[];
  readonly not: readonly string[];
}

const of = (is: string, not = ''): Examples => ({
  is: is.split(' | '),
  not: not === '' ? [] : not.split(' | '),
});

export const SKILL_EXAMPLES: Readonly<Record<SkillName, Readonly<Record<string, Examples>>>> = {
  Python: {
    python: of(
      'I learn Python | el script de python3',
      'a ball python bit me | Monty Python night',
    ),
    web: of('Django admin is nice | subí FastAPI a la nube', 'a flask of tea'),
    data: of('numpy arrays | perfilando pandas con un groupby', 'los pandas comen bambú'),
    scraping: of('BeautifulSoup parses it', 'he requests a refund'),
    packaging: of('pip install fails | uso virtualenv', 'a poetry night'),
    quality: of('pytest is green | corrí mypy', 'decoradores de interiores'),
    language: of('asyncio everywhere | una list comprehension', 'the shopping list'),
  },
  JavaScript: {
    javascript: of('JavaScript rocks | un archivo js', 'ajsjas qué risa'),
    typescript: of('TypeScript helps', 'ts ts ts, mal hecho'),
    react: of('my React component | lo pasé a React con hooks', 'how did they react'),
    node: of('Node.js 24 | levanté un servicio en nodejs', 'el nodo del problema'),
    npm: of('npm run build', 'a ball of yarn'),
    vue: of('Vue.js templates', 'point of view'),
    angular: of('AngularJS is old', 'angular momentum'),
    svelte: of('Svelte compiles away', 'she looks svelt'),
    jquery: of('jQuery plugins', 'a query'),
    tools: of('webpack config | compila con vite', 'a bundle of sticks'),
    browser: of('localStorage is full', 'store it locally'),
    language: of('async await in JavaScript', 'promises, promises'),
  },
  Solidity: {
    solidity: of('Solidity 0.8', 'solid argument'),
    'smart contracts': of('smart contracts | contratos inteligentes', 'a phone contract'),
    security: of('reentrancy bug | auditar contratos', 'the tax audit'),
    tools: of('hardhat tests | pruebas en Foundry', 'a steel foundry | a remix of that song'),
    evm: of('EVM opcodes', 'a list of struct names'),
    standards: of('an ERC-20 token | un ERC721', 'eric 20'),
  },
  DeFi: {
    defi: of('DeFi summer | finanzas descentralizadas', 'he defied it'),
    yield: of('the APY dropped | yield farming', 'it yields nothing'),
    liquidity: of('impermanent loss | un pool de liquidez', 'a swimming pool'),
    exchanges: of('on Uniswap | un swap en defi', 'swap partition'),
    lending: of('borrowed on Aave', 'préstamo del banco'),
    staking: of('staking AVAX', 'at stake'),
    stablecoins: of('a stablecoin lost its peg', 'stable release'),
  },
  Trading: {
    trading: of('day trading | no hago trading', 'trade off'),
    'technical analysis': of('the RSI says so | análisis técnico', 'a pie chart'),
    direction: of('very bullish | se ve bajista', 'turn the volume up'),
    positions: of('abrí un long | a short squeeze', 'how long is a short film'),
    orders: of('stop loss hit', 'stop it'),
    investing: of('stocks fell | invertir en la bolsa de valores', 'la bolsa de mercado'),
  },
  NFTs: {
    nft: of('an NFT | mis nfts', 'mount -t nfts /dev/sda1'),
    minting: of('minteé uno | minted two', 'linux mint'),
    markets: of('listed on OpenSea', 'the second floor'),
    collections: of('a Bored Ape | arte generativo', 'a stamp collection'),
  },
  'AI/ML': {
    ai: of('artificial intelligence | la IA generativa', 'check your mails | ai voy'),
    'language models': of('an LLM answers | prompt engineering', 'a command prompt'),
    products: of('ChatGPT said | lo hice con Claude', 'jean-claude is here'),
    'machine learning': of('machine learning | redes neuronales', 'learning to drive'),
    models: of('PyTorch training | entrené un modelo', 'a role model | modelo de carro'),
    vision: of('computer vision', 'poor vision'),
  },
  Agents: {
    agents: of('AI agents | agentes autónomos', 'a travel agent | el agente de tránsito'),
    bots: of('a swarm of bots', 'the bot is lagging'),
    frameworks: of('LangChain agents', 'long chain'),
    protocols: of('an MCP server | ERC-8004', 'protocol error'),
  },
  Design: {
    design: of('graphic design | diseño gráfico', 'by design | diseñador de modas'),
    'interface and experience': of('the UI is clean | wireframes en Figma', 'ps ux'),
    web: of('CSS grid | con Tailwind', 'Wine, Steam and CSS'),
    tools: of('GIMP or Photoshop', 'the user darth'),
    typography: of('kerning matters | la tipografía', 'the fonts are ugly'),
    illustration: of('vector graphics | ilustraciones', 'an animated talk'),
  },
  DevOps: {
    operations: of('rolled back the release | el deploy falló', 'a water pipeline'),
    containers: of('docker compose up | el pod reinicia', 'a container of rice'),
    virtual: of('a cheap VPS | máquina virtual', 'virtually nothing'),
    cloud: of('AWS bill | terraform apply', 'a dark cloud'),
    servers: of('nginx config | el servidor cayó', 'the X server | servidor de Discord'),
    databases: of('postgres replica', 'a data plan'),
    network: of('ssh into it | abre el firewall', 'the port of Cartagena'),
    shell: of('a bash script | crontab -e', 'bash the garlic | script kiddies'),
    storage: of('RAID 1 with LVM | una copia de seguridad', 'a raid on the fridge'),
  },
  Blockchain: {
    blockchain: of('a blockchain | cadena de bloques', 'my bike chain'),
    web3: of('web3 apps | una dapp', 'the web'),
    crypto: of('crypto winter | criptomonedas', 'full disk crypto is fine'),
    wallets: of('my seed phrase | la wallet', 'I left my wallet in the taxi'),
    tokens: of('paid in USDC | un airdrop', 'a token of thanks'),
    networks: of('on mainnet | Bitcoin y Avalanche', 'the base of the statue'),
    fees: of('gas fees are high', 'a gas station'),
    transactions: of('the bridge took the USDC', 'a long bridge'),
    payments: of('paid over x402', 'late payment'),
  },
  Community: {
    dao: of('our DAO | la dao', 'da o no da'),
    governance: of('governance vote | gobernanza', 'I vote for tea'),
    discord: of('join our Discord', 'discordant notes'),
    moderation: of('a moderator | moderar el canal', 'a moderate price'),
    community: of('love the community | la comunidad', 'a gated community'),
    events: of('a hackathon | un meetup', 'an eventful day'),
  },
};
