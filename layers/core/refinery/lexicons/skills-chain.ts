import type { Entries } from '../lexicon.ts';

/** Skills of value on chains and in markets. Notation: `Entries` in ../lexicon.ts. */
export const DEFI: Entries = {
  defi: ['defi, finanzas descentralizadas, decentralized finance'],
  yield: [
    'yield farming, yield farm(s), apy, el yield, el apr, apr farm, apr de, ~apr, recompensas de liquidez, ~yield, ~rendimiento, ~vault(s)',
    '~farmeando, ~farmear, ~emisiones, ~emissions',
  ],
  liquidity: [
    'liquidity pool(s), pool(s) de liquidez, impermanent loss, provided liquidity, tvl, slippage',
    'ese pool, este pool, ~liquidity, ~liquidez, ~pool(s)',
  ],
  exchanges: [
    'amms, an amm, uniswap, ~amm, pancakeswap, sushiswap, trader joe, curve finance, gmx, pendle, yearn, ~dex, ~swap, ~swaps, ~swapped, ~curve',
  ],
  lending: [
    'aave, benqi, makerdao, flash loan(s), lending pool(s), lending protocol(s), ~lending, ~borrow, ~dai',
    'overcollateralized, interest rate model, el colateral, my collateral, ~prestamo(s), ~colateral, ~collateral, ~compound',
  ],
  staking: ['staking, restaking, liquid staking, steth, ~stake, ~staked, ~stakear, ~steth'],
  stablecoins: ['stablecoin(s), depeg, ~estables, ~peg'],
};

export const TRADING: Entries = {
  trading: [
    'day trading, day trader(s), swing trade(s), trader, tradear, tradeando, hacer trading, hago trading',
    "de trading, bull run, broker, i trade, don't trade, scalping, backtested, backtesting, ~trading, ~trade, ~trades",
    'paper trading, algo trading, trading bot(s), ~operar, ~opero',
  ],
  'technical analysis': [
    'bollinger, candle(s), ema, divergencia del, technical analysis, analisis tecnico, rsi, macd, fibonacci retracement, candlestick(s)',
    'velas japonesas, soporte(s) y resistencia(s), moving average(s), breakout, support level(s)',
    'the resistance, el soporte, ~resistance, ~soporte, ~grafico(s), ~chart(s), ~vela(s), ~fibonacci',
  ],
  direction: [
    'bullish, bearish, alcista(s), bajista(s), bull market, bear market, mercado lateral',
    'mercado esta lateral, ~lateral, ~squeeze, ~volume, ~correccion',
  ],
  positions: [
    'long position(s), short position(s), go(ing) long, en largo, en corto, un long, el short, un short',
    'the short, short squeeze, longear, shortear, shortearia, perps, margin call, stopped out, ~long, ~short',
    'apalancamiento, covered call(s), risk reward, full margin, long into, con x10, con x20, con x50, ~x10, ~x20, ~10x, ~20x, ~100x, pnl, drawdown, win rate, ~leverage, ~apalancado, ~margin, ~position, ~futures',
  ],
  orders: [
    'stop-loss, take-profit, entry price, precio de entrada, stop loss, take profit, took profit, limit order(s), market order(s), order book, funding rate(s)',
    'corte perdidas, cortar perdidas, mi stop, tu stop, ~stop, ~spot',
  ],
  investing: [
    'stock market, stocks, forex, buy the dip, bought the dip, compre bitcoin, comprar bitcoin, buying bitcoin, invest into, invest in, invertir en, la bolsa de valores, ~invest',
    'dca, mi portafolio, my portfolio, ~invertir, ~inversion(es), ~acciones, ~shares, ~mercado, ~market',
  ],
};

export const NFTS: Entries = {
  nft: ['nft, nfts, non fungible token(s)'],
  minting: [
    'mintear, minteo, mintee, minteando, minteamos, el mint, mint contract, allowlist, minted',
    '~mint, ~minting, ~whitelist, ~reveal',
  ],
  markets: [
    'opensea, magic eden, rarible, floor price, precio piso, swept the floor, sweep the floor',
    'el floor, ~floor, ~blur, ~royalties, ~regalias, ~flipear',
  ],
  collections: [
    'bored ape(s), generative art, arte generativo, coleccion generativa, poap, poaps, soulbound',
    'nft drop, art drop, 1 of 1, rarity, rareza, coleccionables digitales, digital collectible(s), pieza digital, ~pfp, ~pfps, ~collection(s)',
    '~coleccion(es), ~rasgos, ~traits, ~rare',
  ],
};

export const BLOCKCHAIN: Entries = {
  blockchain: [
    'blockchain(s), cadena de bloques, cadenas de bloques, on chain, onchain, ~chain(s), ~en cadena',
    'block explorer, zero knowledge, zk rollup(s), merkle root(s), ~validator, ~validador',
  ],
  web3: ['web3, dapp, dapps'],
  crypto: [
    'crypto, cripto, criptos, criptomoneda(s), cryptocurrency, cryptocurrencies, altcoin(s), memecoin(s), shitcoin(s)',
  ],
  wallets: [
    'metamask, seed phrase(s), frase semilla, frase de recuperacion, hardware wallet(s), la wallet, mi wallet',
    'una wallet, tu wallet, su wallet, wallet propia, wallet de, crypto wallet(s), llave privada, cold storage, my ledger',
    'trezor, cold wallet(s), hot wallet(s), ~wallet(s), ~billetera(s), ~ledger',
  ],
  tokens: ['usdc, usdt, airdrop(s), ~token(s), ~moneda, ~coin(s)'],
  networks: [
    'litecoin, dogecoin, satoshi(s), hash rate, proof of stake, proof of work, rollup(s), mainnet, testnet, bitcoin(s), btc, ethereum, solana, avalanche, avax, arbitrum, zksync, cheapest l2, ~l2',
    'nodo validador, validator node, mining rig(s), minar bitcoin, binance, coinbase, mineros de bitcoin, subnet(s) de, ~layer 2, ~eth, ~polygon, ~base, ~fuji, ~nodo, ~node',
  ],
  fees: ['gas fee(s), gwei, network fee(s), transaction fee(s), ~el gas, ~gas'],
  transactions: ['the tx, tx hash, snowtrace, etherscan, ~bridge, ~bridged, ~tx, ~transaccion'],
  payments: ['x402, erc-8128, eip-3009, stablecoin(s)'],
};

export const COMMUNITY: Entries = {
  dao: ['dao, daos, multisig'],
  governance: [
    'governance, gobernanza, quorum, on snapshot, en snapshot, governance proposal(s), propuestas abiertas',
    'delegates, delegados, the treasury, treasury report, la tesoreria, ~vote(s), ~voto(s), ~votes, ~voted, ~votar, ~votaste',
    '~votacion, ~votaciones, ~proposal(s), ~propuesta(s), ~snapshot, ~asamblea, ~tesoreria',
  ],
  discord: ['discord'],
  moderation: [
    'moderar, moderador(es), moderator(s), code of conduct, acceptable behaviour, ~mods, ~ban, ~spammer',
  ],
  community: [
    'the community, our community, my community, your community, this community, a community, ubuntu community, linux community',
    'source community, community manager(s), community building, community call(s), ~community, comunidad, llamadas comunitarias, new members, bienvenidos, town hall, ambassador(s)',
    'contributors, contribuidores, newcomers, comunitario(s), comunitaria(s), embajadores, grupos de trabajo, ~miembros, ~members, ~foro, ~contribute, ~contribuir',
  ],
  events: [
    'hackathon(s), hackaton, meetup(s), ama session, community event(s), voluntariado, release party, encuentro de la, voluntarios, volunteers',
    'grants round, ~volunteer',
  ],
};
