import type { Workshop } from './workshop.ts';

/**
 * The workshop, opened by the first call that needs it: its code (refinery, language tables, S3, x402) takes longer to load than all that an
 * idle beat runs.
 */
export function lazyWorkshop(open: () => Promise<Workshop>): Workshop {
  let opened: Promise<Workshop> | undefined;
  const workshop = () => (opened ??= open());
  return {
    goods: {
      refine: async (order) => (await workshop()).goods.refine(order),
      shelve: async (...goods) => (await workshop()).goods.shelve(...goods),
      handOver: async (...deal) => (await workshop()).goods.handOver(...deal),
      inspect: async (...delivery) => (await workshop()).goods.inspect(...delivery),
    },
    reports: { keep: async (...report) => (await workshop()).reports.keep(...report) },
    auditor: { audit: async (...order) => (await workshop()).auditor.audit(...order) },
    audits: {
      order: async (...request) => (await workshop()).audits.order(...request),
      send: async (order) => (await workshop()).audits.send(order),
      verdict: async (...order) => (await workshop()).audits.verdict(...order),
    },
  };
}
