/** Milliseconds since the epoch at which every scenario begins. */
export const startMs: number = Date.UTC(2026, 2, 25, 12)
