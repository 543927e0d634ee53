import { Command } from 'commander';
import { addAgents } from './viva/agents.ts';
import { addBalances } from './viva/balances.ts';
import { addBeat } from './viva/beat.ts';
import { addBuy } from './viva/buy.ts';
import { addContracts } from './viva/contracts.ts';
import { addDeals } from './viva/deals.ts';
import { addEm } from './viva/em.ts';
import { addEscrow } from './viva/escrow.ts';
import { addIrc } from './viva/irc.ts';
import { addLedger } from './viva/ledger.ts';
import { addLogs } from './viva/logs.ts';
import { addProducts } from './viva/products.ts';
import { addUp } from './viva/up.ts';

const program = new Command('viva')
  .description(
    'The command line of Economía Viva: runs the economy on this machine and looks into it.',
  )
  .showHelpAfterError('(add --help to see what there is)');
for (const add of [
  addUp,
  addAgents,
  addDeals,
  addEm,
  addLedger,
  addBalances,
  addBeat,
  addProducts,
  addIrc,
  addLogs,
  addBuy,
  addEscrow,
  addContracts,
])
  add(program);
await program.parseAsync();
