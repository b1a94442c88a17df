/** One request inside a batch. */
export interface BatchPart {
  readonly method: string
  /** Path and query from the root of the host: `/api/data/v9.2/accounts(…)`; or `$1…` inside a changeset. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** JSON; `Content-Type: application/json` is added. */
  readonly body?: string | undefined
}

/** Parts that are written all or none. They get the `Content-ID`s that follow those of the parts before. */
export interface BatchChangeset {
  readonly changeset: readonly BatchPart[]
}

/** A batch as it is sent. */
export interface BatchRequest {
  /** Value of `Content-Type`, with the boundary. */
  readonly contentType: string
  readonly body: Buffer
}
