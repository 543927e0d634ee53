/** Where the coordinator keeps its reports, one a UTC day (`YYYY-MM-DD`), in Markdown. */
export interface Reports {
  /** Replaces what was kept of that day. */
  keep(day: string, markdown: string): Promise<void>;
}
