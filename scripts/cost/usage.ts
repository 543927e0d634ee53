/**
 * What the rooms use, per event. `counted`: a test counts it on the real thing (test/contract/cost). `measured`: by the benchmark
 * that is named, on another machine than Lambda's. `assumed`: nobody has seen it on AWS yet.
 */
export const USAGE = {
  beat: {
    /** Units of a beat that finds nothing to do, counted; transactions count double. */
    writes: 3,
    reads: 12,
    /** Billed seconds, assumed: some 60 ms of CPU (counted 30 to 90 here) at a seventh of a core, and a dozen round trips. */
    seconds: 1,
    /** INIT in seconds, and the share of beats that meet it: assumed to be all of them when beats are further apart than this. */
    initSeconds: 0.5,
    warmShare: 0.9,
    warmMinutes: 10,
    /** Bytes of log, START to REPORT, measured in the local economy. */
    logBytes: 2_500,
    /** Requests to the market that a beat makes, counted. */
    marketRequests: 3,
  },
  deal: {
    /** Both sides together, over what their beats cost anyhow, counted. */
    writes: 370,
    reads: 60,
    marketRequests: 40,
    facilitatorRequests: 3,
    storefrontRequests: 2,
    ircLines: 5,
    s3Writes: 6,
    s3Reads: 12,
  },
  /** Per request at a door (HTTP API and Lambda), assumed. */
  door: { seconds: 0.1, writes: 3, reads: 4, logBytes: 800 },
  /** One file of a stream, as they are uploaded today: 439,129 messages in 328 files. */
  upload: {
    messages: 1_339,
    /** At a seventh of a core: 48 ms of CPU each (`bench -- uploads`), and its reads and writes. */
    seconds: 0.7,
    writes: 8,
    reads: 8,
    s3Writes: 3,
    s3Reads: 6,
    queueRequests: 4,
    bytesPerMessage: 60,
  },
  /** CPU seconds of all products of a million messages (docs/decisions/013), and the share of a core that a MB of Lambda gives. */
  refine: { cpuSecondsPerMillion: 80, coresPerMb: 1 / 1_769, perDay: 1, corpusMonths: 12 },
  line: { queueRequests: 3 },
  relay: { agents: 1_000, pollSeconds: 20, logBytesPerMinute: 600, imageGB: 0.2 },
  /** It looks as often as agents beat. */
  reconcile: { seconds: 1, secondsPerAgent: 0.02, readsPerAgent: 4, logBytes: 1_500 },
  /** Of what it keeps: an agent's partition with a day of beats, in bytes. */
  storage: { bytesPerAgent: 300_000 },
  /** An idle event source mapping polls five ways, each for 20 s. */
  mapping: { requestsPerMonth: 657_000 },
  /** Deals of one agent a day: eight by a roster of seven in a daily cycle. */
  dealsPerAgentDay: 8 / 7,
} as const;
