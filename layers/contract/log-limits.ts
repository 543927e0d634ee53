/** Bounds on what a corpus carries of one message; longer text is cut and counted. */
export const MAX_TEXT_CHARS = 4000;
