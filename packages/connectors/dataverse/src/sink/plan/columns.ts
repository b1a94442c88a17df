/** Columns and binds of a request body. */
export type Columns = Readonly<Record<string, unknown>>

export const noColumns: readonly Columns[] = []
