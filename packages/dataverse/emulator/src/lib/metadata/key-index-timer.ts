import type { KeyIndexStatus } from '../schema/table-definition.js'
import { advanceKeyIndex, isBuilding } from './key-index.js'
import type { MetadataContext } from './metadata-context.js'

/** Builds the indexes of new keys as the clock goes on. */
export interface KeyIndexTimer {
  /** Takes every index one step on for each `stepMs` since its last one. */
  tick(): void
}

/** Creates a timer that looks at the clock when it is told to. */
export function createKeyIndexTimer(context: MetadataContext, stepMs: number): KeyIndexTimer {
  const seen = new Map<string, { status: KeyIndexStatus; since: number }>()

  /** Whether the key went one step on. */
  function step(tableName: string, keyName: string): boolean {
    const table = context.schema.byLogicalName(tableName)
    const key = table?.keys.find(({ logicalName }) => logicalName === keyName)
    if (table === undefined || key === undefined || !isBuilding(key.indexStatus)) return false
    const id = `${tableName}.${keyName}`
    const last = seen.get(id)
    if (last?.status !== key.indexStatus) {
      seen.set(id, { status: key.indexStatus, since: context.now() })
      return false
    }
    if (context.now() - last.since < stepMs) return false
    advanceKeyIndex(context, table, keyName)
    const status = context.schema
      .byLogicalName(tableName)
      ?.keys.find(({ logicalName }) => logicalName === keyName)?.indexStatus
    seen.set(id, { status: status ?? key.indexStatus, since: last.since + stepMs })
    return true
  }

  return {
    tick() {
      for (const table of context.schema.tables()) {
        for (const key of table.keys) {
          if (!isBuilding(key.indexStatus)) continue
          while (step(table.logicalName, key.logicalName)) {
            // One more, if the clock allows it.
          }
        }
      }
    },
  }
}
