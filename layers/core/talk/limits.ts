import type { Announcement } from './announce.ts';

export interface TalkLimits {
  readonly perBeat: number;
  readonly cooldownMs: number;
}

export const DEFAULT_LIMITS: TalkLimits = { perBeat: 3, cooldownMs: 6 * 3_600_000 };

/** What an agent may say now. */
export interface Admission {
  readonly admitted: readonly Announcement[];
  /** Topics that are quiet until then; the caller keeps them with the agent's state. */
  readonly cooldowns: readonly { readonly topic: string; readonly until: Date }[];
  /** Over the beat's limit: nothing is wrong with them, offer them again at the next beat. */
  readonly later: readonly Announcement[];
  /** Their topic was spoken of a short while ago: dropped. */
  readonly dropped: readonly Announcement[];
}

/**
 * Which of an agent's lines go out in this beat, first come first said. The topic decides about the cooldown: an event that happens
 * once carries its own key in it (`approved:<taskId>`) and is never held back; chatter shares one topic and is.
 */
export function admit(
  announcements: readonly Announcement[],
  context: {
    readonly now: Date;
    /** Until when each topic is quiet. */
    readonly cooldowns: ReadonlyMap<string, Date>;
    /** Lines said in this beat already. */
    readonly said: number;
    readonly limits?: TalkLimits;
  },
): Admission {
  const { perBeat, cooldownMs } = context.limits ?? DEFAULT_LIMITS;
  const until = new Date(context.now.getTime() + cooldownMs);
  const admitted: Announcement[] = [];
  const later: Announcement[] = [];
  const dropped: Announcement[] = [];
  const spoken = new Set<string>();
  for (const announcement of announcements) {
    const quietUntil = context.cooldowns.get(announcement.topic);
    if (spoken.has(announcement.topic) || (quietUntil !== undefined && quietUntil > context.now)) {
      dropped.push(announcement);
    } else if (context.said + admitted.length >= perBeat) {
      later.push(announcement);
    } else {
      admitted.push(announcement);
      spoken.add(announcement.topic);
    }
  }
  const cooldowns = admitted.map(({ topic }) => ({ topic, until }));
  return { admitted, cooldowns, later, dropped };
}
