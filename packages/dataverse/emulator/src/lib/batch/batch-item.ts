/** One request inside a batch, as it was written. */
export interface BatchOperation {
  readonly kind: 'operation'
  readonly method: string
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** `undefined` outside of changesets: there the service pays no attention to it. */
  readonly contentId: string | undefined
  /** Whether the service can read it: its line ends and length are right. */
  readonly readable: boolean
}

/** Requests that take effect together or not at all. */
export interface Changeset {
  readonly kind: 'changeset'
  readonly operations: readonly BatchOperation[]
}

export type BatchItem = BatchOperation | Changeset
