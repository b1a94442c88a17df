/** The answer to one request of a batch. */
export interface BatchAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Only inside changesets. */
  readonly contentId?: string
}

/** The answers to a changeset; a single one when it failed, which then speaks for all its parts. */
export interface ChangesetAnswer {
  readonly changeset: readonly BatchAnswer[]
}

/** A batch's answers, in the order of its requests. There may be fewer: what has no answer was not run. */
export interface BatchResponse {
  readonly items: readonly (BatchAnswer | ChangesetAnswer)[]
  /** Whether the closing boundary came. If not, the last answers may be missing although their requests were run. */
  readonly complete: boolean
}
