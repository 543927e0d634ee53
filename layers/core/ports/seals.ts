/** A keyed hash whose key nobody here sees. */
export interface Seals {
  /** HMAC-SHA256, 64 hex digits. */
  seal(text: string): string;
  /** In a time that tells nothing of where they differ. */
  isSeal(text: string, mac: string): boolean;
}
