import { Command } from 'commander';

type Add = (program: Command) => void;

/** Each command's module. Only the one that is asked for is loaded: all together take a second. */
const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  up: async () => (await import('./up.ts')).addUp,
  agents: async () => (await import('./agents.ts')).addAgents,
  deals: async () => (await import('./deals.ts')).addDeals,
  em: async () => (await import('./em.ts')).addEm,
  ledger: async () => (await import('./ledger.ts')).addLedger,
  balances: async () => (await import('./balances.ts')).addBalances,
  report: async () => (await import('./report.ts')).addReport,
  beat: async () => (await import('./beat.ts')).addBeat,
  products: async () => (await import('./products.ts')).addProducts,
  irc: async () => (await import('./irc.ts')).addIrc,
  logs: async () => (await import('./logs.ts')).addLogs,
  optout: async () => (await import('./optout.ts')).addOptOut,
  buy: async () => (await import('./buy.ts')).addBuy,
  escrow: async () => (await import('./escrow.ts')).addEscrow,
  cost: async () => (await import('./cost.ts')).addCost,
  contracts: async () => (await import('./contracts.ts')).addContracts,
  wallets: async () => (await import('./wallets.ts')).addWallets,
  import: async () => (await import('./import.ts')).addImport,
  migrate: async () => (await import('./migrate.ts')).addMigrate,
  destroy: async () => (await import('./destroy.ts')).addDestroy,
  backup: async () => (await import('./backup.ts')).addBackup,
  restore: async () => (await import('./backup.ts')).addRestore,
  deploy: async () => (await import('./deploy.ts')).addDeploy,
  doctor: async () => (await import('./doctor.ts')).addDoctor,
};

/** The command line with the one command of that name, or with all of them. */
export async function programFor(name: string | undefined): Promise<Command> {
  const program = new Command('viva')
    .description(
      'The command line of Economía Viva: runs the economy on this machine and looks into it.',
    )
    .showHelpAfterError('(add --help to see what there is)');
  const asked = COMMANDS[name ?? ''];
  for (const load of asked ? [asked] : Object.values(COMMANDS)) (await load())(program);
  return program;
}
