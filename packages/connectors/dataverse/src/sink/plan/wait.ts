/** Waits before something is sent again: none, one that grows with the failures, or the one that the service asked for. */
export type Wait = 'none' | 'back-off' | { readonly retryAfterMs: number }
