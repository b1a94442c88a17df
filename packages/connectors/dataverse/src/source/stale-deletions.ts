import { type Change, DataverseError, isResponseError, type UpsertedChange } from '@deltaverse/core'
import { changesOfRuns, isUnclear } from './change.js'
import type { ReadContext } from './read-context.js'
import { ofDelta, readParts } from './read-parts.js'
import { parseRowId } from './row-id.js'
import { readRows } from './table-access.js'

/** One bit for each checksum, 1 MiB in all: what it remembers too much of costs a look at the table, never a row. */
const slots = 2 ** 23

/** Looks at the deletions of one delta. */
export interface DeletionCheck {
  /** @returns the changes of the next part; a row that is there stands in the place of its deletion */
  of(changes: readonly Change[]): Promise<readonly Change[]>
  /** Whether there was one in an elastic table that did not tell its row: it was left out, and a full read has to find the row. */
  owesFullRead(): true | undefined
}

/**
 * Finds deletions that no longer hold. The service usually tells all rows of a delta first and its deletions behind them, so
 * the deletion of a row that was created again under its id (restored, or imported once more) may stand behind the row.
 * Whether the service tells it at all is not documented; so a deletion of what the same delta tells as a row is looked up.
 *
 * @param where `begin` is where the delta begins. With a `resumeAt` it is not read from there, and at its first deletion it is
 * read once more for the ids of its rows.
 */
export function createDeletionCheck(
  context: ReadContext,
  where: { readonly begin: string; readonly resumeAt: string | undefined },
  signal: AbortSignal | undefined,
): DeletionCheck {
  let owesFullRead: true | undefined
  let told: Uint8Array | undefined
  let earlierPages = where.resumeAt === undefined ? undefined : where.begin

  function note(id: string): void {
    told ??= new Uint8Array(slots / 8)
    set(told, id)
  }

  async function noteEarlierPages(): Promise<void> {
    if (earlierPages === undefined) return
    for await (const part of readParts(context, earlierPages, signal, ofDelta(context))) {
      if (part.kind !== 'rows') continue
      for (const { kind, id } of changesOfRuns(part.runs, context.shape)) if (kind === 'upserted') note(id)
    }
    earlierPages = undefined
  }

  async function lookUp(ids: readonly string[]): Promise<ReadonlyMap<string, UpsertedChange>> {
    const found = new Map<string, UpsertedChange>()
    try {
      for await (const rows of readRows(context, ids, { signal })) {
        for (const row of rows) found.set(row.id, row)
      }
    } catch (error) {
      throw isResponseError(error) ? notLookedUp(context, ids, error) : error
    }
    return found
  }

  async function of(all: readonly Change[]): Promise<readonly Change[]> {
    const changes = all.filter((change) => !isUnclear(change))
    if (changes.length < all.length) owesFullRead = true
    if (changes.some(({ kind }) => kind === 'deleted')) await noteEarlierPages()
    const doubtful: string[] = []
    for (const { kind, id } of changes) {
      if (kind === 'upserted') note(id)
      else if (told !== undefined && isSet(told, id) && parseRowId(id) !== undefined) doubtful.push(id)
    }
    if (doubtful.length === 0) return changes
    const found = await lookUp(doubtful)
    return changes.map((change) => (change.kind === 'deleted' ? (found.get(change.id) ?? change) : change))
  }

  return { of, owesFullRead: () => owesFullRead }
}

/** Not the response's own error, which would pass for a refusal of the delta's link. */
function notLookedUp(
  { options }: ReadContext,
  ids: readonly string[],
  cause: DataverseError,
): DataverseError {
  return new DataverseError(
    `the delta of ${options.entitySet} tells rows and their deletions, and whether they are there cannot be looked up (${ids.length}, the first is ${ids[0]}): ${cause.message}`,
    { code: cause.code, retryable: cause.retryable, cause },
  )
}

function set(bits: Uint8Array, id: string): void {
  const slot = slotOf(id)
  bits[slot >>> 3] = (bits[slot >>> 3] ?? 0) | (1 << (slot & 7))
}

function isSet(bits: Uint8Array, id: string): boolean {
  const slot = slotOf(id)
  return ((bits[slot >>> 3] ?? 0) & (1 << (slot & 7))) !== 0
}

/** FNV-1a: on texts this short cheaper than a call out of JavaScript. */
function slotOf(id: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0) % slots
}
