/** What a run tells of itself while it goes on, so that it is known after its death: plain JSON. */
export type TraceEntry =
  /** The state that it found, as JSON; `null`: none. */
  | { readonly kind: 'loaded'; readonly state: string | null }
  /** The sink is about to take these, in order. */
  | { readonly kind: 'delivering'; readonly events: readonly Delivery[] }
  | { readonly kind: 'saving'; readonly state: string }
  | { readonly kind: 'saved' }
  /** The run came to its end, with the code and message of its error if there was one. */
  | { readonly kind: 'ended'; readonly error?: RunError }
  /** An operation on files is about to be done; told only where somebody wants to see everything. */
  | { readonly kind: 'file'; readonly operation: string; readonly path: string }
  /** Another process has tried to do the same meanwhile, and this is how it ended. */
  | { readonly kind: 'rival'; readonly error?: RunError }
  /** It is about to crash, at the point where it was told to. */
  | { readonly kind: 'dying'; readonly at: string }

/** An event as a sink sees it. */
export type Delivery =
  | { readonly kind: 'row'; readonly id: string; readonly version: string }
  | { readonly kind: 'deletion'; readonly id: string }
  /** Columns that came later. */
  | { readonly kind: 'patch'; readonly id: string; readonly version: string }
  | { readonly kind: 'reset' | 'complete'; readonly epoch: number }

export interface RunError {
  readonly code: string
  readonly message: string
}

export type Tell = (entry: TraceEntry) => void
