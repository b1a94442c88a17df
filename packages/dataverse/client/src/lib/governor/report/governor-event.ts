/** Why the gate of a credential is shut. */
export type GateReason =
  /** The service refused for the number of requests in its window (0x80072322), or with a 429 without a known code. */
  | 'requests-refused'
  /** The service refused for the execution time in its window (0x80072321). */
  | 'execution-time-refused'
  /** The service refused for the number of requests at a time (0x80072326). */
  | 'concurrency-refused'
  /** Nobody refused: headers say that the requests under way use up all that is left in the window. */
  | 'budget-spent'
  /** Nobody refused: the polite mode leaves the rest of the window to other clients of the same user. */
  | 'polite'

/** What sets the ceiling at the moment: the lowest of these wins. */
export type CeilingReason =
  /** `x-ms-dop-hint` is not known yet. */
  | 'initial'
  /** `x-ms-dop-hint` of the latest answer. */
  | 'dop-hint'
  /** A number given as option. */
  | 'fixed'
  /** The ceiling rises step by step for the first time, while answers stay as quick as they were. */
  | 'rising'
  /** `maxConcurrency`, or the limit that a refusal named. */
  | 'limit'
  /** A refusal for too many requests at a time (0x80072326), not long ago. */
  | 'concurrency-refused'
  /** Answers take longer the more requests are under way, without a refusal. */
  | 'latency'
  /** Every window is used up: the load is spread over it instead of coming in a rush. */
  | 'pace'
  /** The budget that the service says is left in its window is nearly spent. */
  | 'budget'

/** What a governor did, told when it happens. Times are those of its clock. */
export type GovernorEvent =
  | {
      readonly kind: 'ceiling-changed'
      readonly name: string
      readonly ceiling: number
      readonly previous: number
      readonly reason: CeilingReason
    }
  | {
      readonly kind: 'gate-closed'
      readonly name: string
      readonly reason: GateReason
      /** When it opens unless it is closed for longer in the meantime; milliseconds since 1970. */
      readonly untilMs: number
      readonly serviceCode?: string | undefined
    }
  | {
      readonly kind: 'gate-opened'
      readonly name: string
      readonly closedForMs: number
      /** Requests that wait at this moment; they go out one after another, not at once. */
      readonly waiting: number
    }
  | {
      readonly kind: 'waited'
      readonly name: string
      readonly waitedMs: number
      /** Whether it was a closed gate, or that as many requests as allowed were under way. */
      readonly for: 'gate' | 'slot'
    }

/** Hears of every event. */
export type GovernorListener = (event: GovernorEvent) => void
