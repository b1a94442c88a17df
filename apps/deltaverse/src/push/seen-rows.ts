import type { WriteResult } from '@deltaverse/dataverse'
import type { KnownRows } from './known-rows.js'
import type { PreparedPush } from './push-rows.js'

/** Ids of rows that are remembered in one go. */
const idsAtOnce = 1_000

/** Keeps account of which rows of the table are in the source. */
export interface SeenRows {
  /** A row without a GUID is looked up by its key; one without a usable key may be any of the table's. */
  result(result: Pick<WriteResult, 'id' | 'key'>): Promise<void>
  /** Ids that an earlier run deactivated and that are back. */
  finish(): Promise<readonly string[]>
  /** Rows of the source of which nobody knows which of the table's they are. */
  unnamed(): number
}

/** Remembers the ids of the rows that are in the source; looks those up that a write did not tell. */
export function createSeenRows(
  { table, resolver }: Pick<PreparedPush, 'table' | 'resolver'>,
  known: KnownRows | undefined,
  signal: AbortSignal,
): SeenRows {
  const returned: string[] = []
  let ids: string[] = []
  let keys: Record<string, unknown>[] = []
  let unnamed = 0
  const flush = async (): Promise<void> => {
    if (known === undefined) return
    if (keys.length > 0) {
      const found = await resolver.resolveMany(table.logicalName, keys as never, { signal })
      for (const resolution of found) {
        if (resolution.status === 'found') ids.push(resolution.id)
        else if (resolution.status !== 'missing') unnamed += 1
      }
    }
    returned.push(...(await known.see(ids)))
    ids = []
    keys = []
  }
  return {
    async result({ id, key }) {
      if (known === undefined) return
      if (id !== undefined) ids.push(id)
      else if (isWhole(key)) keys.push({ ...key })
      else unnamed += 1
      if (ids.length + keys.length >= idsAtOnce) await flush()
    },
    async finish() {
      await flush()
      return returned
    },
    unnamed: () => unnamed,
  }
}

function isWhole(key: Readonly<Record<string, unknown>>): boolean {
  const values = Object.values(key)
  return values.length > 0 && !values.some((value) => value === null || value === undefined || value === '')
}
