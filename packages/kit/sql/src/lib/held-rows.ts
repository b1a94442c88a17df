import type { HeldRow } from '@deltaverse/core'
import type { SqlConnection, SqlRow } from './connection.js'
import { type Connects, connectGuarded, guarded } from './use-connection.js'

const rowsInGroup = 5_000

/** Reads what a table holds, a group of rows in memory at a time; a table that is not there yet holds nothing. */
export async function* readHeld<C extends SqlConnection>(
  dialect: Connects<C>,
  select: string,
  doing: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly HeldRow[], void, undefined> {
  const connection = await connectGuarded(dialect, signal, doing)
  const groups = connection.readGroups(select, rowsInGroup)
  let missing = false
  let finished = false
  const next = (): Promise<IteratorResult<readonly SqlRow[], void>> =>
    guarded(dialect, connection, signal, doing, () =>
      groups.next().catch((error) => {
        missing = dialect.errors.isMissingTable(error)
        if (missing) return { done: true, value: undefined }
        throw error
      }),
    )
  try {
    for (let group = await next(); group.done !== true; group = await next()) yield group.value.map(heldRow)
    // Behind an error its transaction takes no more statements.
    finished = !missing
  } finally {
    await groups.return()
    if (finished) connection.release()
    else connection.destroy()
  }
}

function heldRow({ id, row_version: version }: SqlRow): HeldRow {
  return { id: String(id), rowVersion: version === null ? undefined : String(version) }
}
