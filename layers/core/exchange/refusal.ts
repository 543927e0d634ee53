/** Why the market does not do what it was asked, in the words of its answer. */
export interface Refusal {
  readonly kind:
    | 'invalid'
    | 'unpaid'
    | 'forbidden'
    | 'unidentified'
    | 'missing'
    | 'conflict'
    | 'limited';
  readonly detail: string;
  /** With `limited`: how long to wait. */
  readonly retryAfterMs?: number | undefined;
}

export type Moved<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export function moved<T>(value: T): Moved<T> {
  return { ok: true, value };
}

export function refused(
  kind: Refusal['kind'],
  detail: string,
  retryAfterMs?: number,
): { readonly ok: false; readonly refusal: Refusal } {
  return {
    ok: false,
    refusal: { kind, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  };
}
