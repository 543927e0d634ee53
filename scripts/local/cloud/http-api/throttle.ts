/** A token bucket: `burst` at once, `rate` per second in the long run. */
export interface Throttle {
  readonly take: (nowMs: number) => boolean;
}

export function createThrottle(rate: number, burst: number): Throttle {
  let tokens = burst;
  let at: number | undefined;
  return {
    take: (nowMs) => {
      tokens = Math.min(burst, tokens + ((nowMs - (at ?? nowMs)) / 1000) * rate);
      at = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
