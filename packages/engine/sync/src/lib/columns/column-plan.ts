import type { Backfill, JsonValue, SyncState } from '@deltaverse/core'

type ColumnState = Pick<SyncState, 'columns' | 'backfills'>
type MaybeColumns = { readonly [Name in keyof ColumnState]: ColumnState[Name] | undefined }

/** Which columns the rows of a sink have, and which of them are still being filled. */
export interface ColumnPlan {
  /** Columns that came since the state was saved. */
  readonly added: readonly string[]
  /** Whether they can only come by a snapshot, and none has begun yet. */
  needsSnapshot(): boolean
  /** All columns that are still to be filled by themselves. */
  pending(): readonly string[]
  /** What is being filled now; `undefined` when nothing is. */
  current(): Backfill | undefined
  /** Rows were filled up to here. */
  moveTo(cursor: JsonValue): void
  /** All rows were filled with what is current. */
  finish(): void
  /** A snapshot begins that reaches the sink as a whole, with every column there is. */
  startOver(): void
  /** What the state has to hold of it. */
  state(): ColumnState
}

export interface ColumnPlanParts {
  /** What was saved; `undefined` where nothing was, so that everything is still to come. */
  readonly saved: ColumnState | undefined
  /** What the rows of the source have now; `undefined` where it does not tell. */
  readonly columns: readonly string[] | undefined
  /** Members that the sink keeps and has nothing of. */
  readonly unfilled: readonly string[]
  /** Whether source and sink can fill columns by themselves. */
  readonly canFill: boolean
}

/** Compares the columns that there are with those that the state tells of. */
export function createColumnPlan({ saved, columns, unfilled, canFill }: ColumnPlanParts): ColumnPlan {
  const present = new Set(columns)
  const known = new Set(saved === undefined ? columns : (saved.columns ?? columns))
  const empty = saved === undefined ? [] : unfilled.map(ownerOf).filter((name) => present.has(name))
  const added = [...new Set([...(columns ?? []).filter((name) => !known.has(name)), ...empty])]
  let backfills = (saved?.backfills ?? []).flatMap((backfill) =>
    columns === undefined
      ? [backfill]
      : without(backfill, (name) => !present.has(name) || empty.includes(name)),
  )
  if (added.length > 0) backfills = [...backfills.slice(0, -1), ...withAdded(backfills.at(-1), added)]
  let needsSnapshot = backfills.length > 0 && !canFill

  return {
    added,
    needsSnapshot: () => needsSnapshot,
    pending: () => (needsSnapshot ? [] : backfills.flatMap((backfill) => backfill.columns)),
    current: () => (needsSnapshot ? undefined : backfills[0]),
    moveTo(cursor) {
      const [first, ...rest] = backfills
      if (first !== undefined) backfills = [{ ...first, cursor }, ...rest]
    },
    finish() {
      backfills = backfills.slice(1)
    },
    startOver() {
      needsSnapshot = false
      backfills = []
    },
    state() {
      // Until the snapshot begins, the next run has to come to the same conclusion.
      if (needsSnapshot) return savedMembers(saved)
      return savedMembers({ columns: columns ?? saved?.columns, backfills })
    },
  }
}

function savedMembers({ columns, backfills }: MaybeColumns = {}): ColumnState {
  return {
    ...(columns !== undefined && { columns }),
    ...(backfills !== undefined && backfills.length > 0 && { backfills }),
  }
}

/** An annotation comes and goes with the column that it is of. */
function ownerOf(member: string): string {
  const at = member.indexOf('@')
  return at > 0 ? member.slice(0, at) : member
}

/** The rest of a backfill; one that has lost columns begins anew, as its cursor is for all of them. */
function without(backfill: Backfill, isGone: (name: string) => boolean): readonly Backfill[] {
  const columns = backfill.columns.filter((name) => !isGone(name))
  if (columns.length === backfill.columns.length) return [backfill]
  return columns.length === 0 ? [] : [{ columns }]
}

/** One read for all of them, where it has not begun yet. */
function withAdded(last: Backfill | undefined, added: readonly string[]): readonly Backfill[] {
  if (last === undefined) return [{ columns: added }]
  if (last.cursor !== undefined) return [last, { columns: added }]
  return [{ columns: [...last.columns, ...added] }]
}
