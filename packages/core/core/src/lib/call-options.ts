/** What every call that takes time accepts. */
export interface CallOptions {
  /** Ends the call; it rejects with `signal.reason`, untouched. */
  readonly signal?: AbortSignal | undefined
}
