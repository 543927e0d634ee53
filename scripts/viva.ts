import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { Command } from 'commander';

// halves the start of every command: types are stripped and code compiled once
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/viva'));

type Add = (program: Command) => void;

/** Each command's module. Only the one that is asked for is loaded: all together take a second. */
const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  up: async () => (await import('./viva/up.ts')).addUp,
  agents: async () => (await import('./viva/agents.ts')).addAgents,
  deals: async () => (await import('./viva/deals.ts')).addDeals,
  em: async () => (await import('./viva/em.ts')).addEm,
  ledger: async () => (await import('./viva/ledger.ts')).addLedger,
  balances: async () => (await import('./viva/balances.ts')).addBalances,
  report: async () => (await import('./viva/report.ts')).addReport,
  beat: async () => (await import('./viva/beat.ts')).addBeat,
  products: async () => (await import('./viva/products.ts')).addProducts,
  irc: async () => (await import('./viva/irc.ts')).addIrc,
  logs: async () => (await import('./viva/logs.ts')).addLogs,
  optout: async () => (await import('./viva/optout.ts')).addOptOut,
  buy: async () => (await import('./viva/buy.ts')).addBuy,
  escrow: async () => (await import('./viva/escrow.ts')).addEscrow,
  cost: async () => (await import('./viva/cost.ts')).addCost,
  contracts: async () => (await import('./viva/contracts.ts')).addContracts,
  wallets: async () => (await import('./viva/wallets.ts')).addWallets,
  import: async () => (await import('./viva/import.ts')).addImport,
  migrate: async () => (await import('./viva/migrate.ts')).addMigrate,
  destroy: async () => (await import('./viva/destroy.ts')).addDestroy,
  backup: async () => (await import('./viva/backup.ts')).addBackup,
  restore: async () => (await import('./viva/backup.ts')).addRestore,
  deploy: async () => (await import('./viva/deploy.ts')).addDeploy,
  doctor: async () => (await import('./viva/doctor.ts')).addDoctor,
};

const program = new Command('viva')
  .description(
    'The command line of Economía Viva: runs the economy on this machine and looks into it.',
  )
  .showHelpAfterError('(add --help to see what there is)');
const asked = COMMANDS[process.argv[2] ?? ''];
for (const load of asked ? [asked] : Object.values(COMMANDS)) (await load())(program);
await program.parseAsync();
