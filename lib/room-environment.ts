/** What keeps the memory of a room small, besides what it is told of its house. Benchmarks run under the same. */
export const ROOM_ENVIRONMENT = {
  // V8's default young generation of 16 MB is most of what a small room needs at its peak
  NODE_OPTIONS: '--max-semi-space-size=4',
  // what glibc keeps of memory outside of the heap is 20 MB of a process that packs and unpacks: docs/decisions/017
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
} as const;
