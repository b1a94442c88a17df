import { isUtf8 } from 'node:buffer'
import { inspect } from 'node:util'
import type { Change, DeletedChange, Row, UpsertedChange } from '@deltaverse/core'
import { DataverseError } from '@deltaverse/core'
import {
  createRowIdentity,
  parseRowVersion,
  type RowIdentity,
  type RowRun,
  rowMayHoldLongNumber,
} from '@deltaverse/protocol'
import { parseExactJson } from '@deltaverse/schema'
import { tableOfContext } from './context-table.js'
import { LabelledChange } from './labels/labelled-change.js'
import type { RowLabels } from './labels/row-labels.js'
import { formatRowId } from './row-id.js'

/** What is common to all changes of a table. */
export interface ChangeShape {
  readonly entitySet: string
  readonly primaryKey: string
  /** Of an elastic table: the column that tells rows of one primary key apart. */
  readonly partitionKey: string | undefined
  readonly exactNumbers: boolean
  /** What is written beside the values of its rows. */
  readonly labels?: RowLabels | undefined
  readonly identity: RowIdentity
}

export function createChangeShape(shape: Omit<ChangeShape, 'identity'>): ChangeShape {
  return { ...shape, identity: createRowIdentity(shape.primaryKey) }
}

/** The columns that tell rows apart. */
export function keyColumns({ primaryKey, partitionKey }: ChangeShape): readonly string[] {
  return partitionKey === undefined ? [primaryKey] : [primaryKey, partitionKey]
}

/** A deletion in an elastic table that does not tell the partition: nobody knows which row is gone. */
export interface UnclearDeletion extends DeletedChange {
  readonly isUnclear: true
}

export function isUnclear(change: Change): change is UnclearDeletion {
  return change.kind === 'deleted' && 'isUnclear' in change
}

/** Makes the changes of runs of rows. Nothing is parsed but deletions, which are few and short. */
export function changesOfRuns(runs: readonly RowRun[], shape: ChangeShape): Change[] {
  const changes: Change[] = []
  for (const run of runs) addChanges(changes, run, shape)
  return changes
}

function addChanges(changes: Change[], run: RowRun, shape: ChangeShape): void {
  const { bytes, bounds } = run
  // What is no UTF-8 would become other characters when parsed, and a file that others cannot read when it is not.
  if (!isUtf8(bytes.subarray(bounds[0], bounds.at(-2)))) throw badRow('holds bytes that are no UTF-8', shape)
  for (let index = 0; index < bounds.length; index += 3) {
    const start = bounds[index] ?? 0
    const end = bounds[index + 1] ?? 0
    const row = new RowOfPage(shape, bytes, start, end, bounds[index + 2] ?? 0)
    const change = shape.identity.isDeleted(bytes, start, end) ? deletionOrRow(row, shape) : row
    const { labels } = shape
    changes.push(labels !== undefined && change === row ? new LabelledChange(row, labels) : change)
  }
}

/**
 * A row in the bytes it came in. What is asked of it is found or parsed on first use, so that a row which nobody looks at
 * costs no parse.
 */
class RowOfPage implements UpsertedChange {
  readonly #shape: ChangeShape
  readonly #page: Buffer
  readonly #start: number
  readonly #end: number
  readonly #flags: number
  #bytes: Buffer | undefined
  #row: Row | undefined
  #id: string | undefined

  constructor(shape: ChangeShape, page: Buffer, start: number, end: number, flags: number) {
    this.#shape = shape
    this.#page = page
    this.#start = start
    this.#end = end
    this.#flags = flags
  }

  get kind(): 'upserted' {
    return 'upserted'
  }

  get table(): string {
    return this.#shape.entitySet
  }

  get bytes(): Buffer {
    this.#bytes ??= this.#page.subarray(this.#start, this.#end)
    return this.#bytes
  }

  get id(): string {
    this.#id ??= this.#findId()
    return this.#id
  }

  get rowVersion(): string | undefined {
    const found = this.#shape.identity.findRowVersion(this.#page, this.#start, this.#end)
    if (found !== undefined) return found
    const etag = this.row['@odata.etag']
    return typeof etag === 'string' ? parseRowVersion(etag) : undefined
  }

  get row(): Row {
    this.#row ??= this.#parse()
    return this.#row
  }

  toJSON(): object {
    const { kind, table, id, rowVersion, row } = this
    return { kind, table, id, rowVersion, row }
  }

  [inspect.custom](): object {
    return this.toJSON()
  }

  #findId(): string {
    const found = this.#shape.identity.findId(this.#page, this.#start, this.#end, this.#flags)
    const id = found ?? this.row[this.#shape.primaryKey]
    if (typeof id === 'string' && id !== '') return this.#withPartition(id.toLowerCase())
    throw badRow(`has no "${this.#shape.primaryKey}", which should be its primary key`, this.#shape)
  }

  #withPartition(key: string): string {
    const { partitionKey } = this.#shape
    if (partitionKey === undefined) return key
    const partition = this.row[partitionKey]
    if (typeof partition === 'string' || partition === null) return formatRowId(key, partition)
    throw badRow(`has no "${partitionKey}", which tells the rows of an elastic table apart`, this.#shape)
  }

  #parse(): Row {
    const text = this.#page.toString('utf8', this.#start, this.#end)
    const exact = this.#shape.exactNumbers && (this.#flags & rowMayHoldLongNumber) !== 0
    try {
      return (exact ? parseExactJson(text) : JSON.parse(text)) as Row
    } catch (cause) {
      throw badRow(`is not valid JSON: ${(cause as Error).message}`, this.#shape, cause)
    }
  }
}

/** A row that mentions `$deletedEntity` is a deletion if its own context says so; else the text was just data. */
function deletionOrRow(candidate: RowOfPage, shape: ChangeShape): Change {
  const entry = candidate.row
  const context = entry['@odata.context']
  if (typeof context !== 'string' || !context.endsWith('/$deletedEntity')) return candidate
  if (typeof entry.id !== 'string' || entry.id === '') throw badRow('is a deletion without an id', shape)
  const table = tableOfContext(context)
  if (table !== undefined && table !== shape.entitySet) {
    throw badRow(`is the deletion of row ${entry.id} of ${table}; nothing of its page is taken`, shape)
  }
  const id = deletedId(entry, entry.id, shape)
  const deletion: DeletedChange & Partial<UnclearDeletion> = {
    kind: 'deleted',
    table: shape.entitySet,
    id: id ?? bareGuid(entry.id),
    ...(id === undefined && { isUnclear: true }),
    rowVersion: undefined,
    reason: typeof entry.reason === 'string' ? entry.reason : 'deleted',
    bytes: candidate.bytes,
  }
  return deletion
}

/**
 * Whether a deletion in an elastic table tells the partition is not documented: it is taken from a member of its name, and from an
 * id that is an address; a literal that may be encoded tells nothing.
 *
 * @returns `undefined` when it does not tell
 */
function deletedId(entry: Row, id: string, { partitionKey }: ChangeShape): string | undefined {
  const key = bareGuid(id)
  if (partitionKey === undefined) return key
  const member = entry[partitionKey]
  if (typeof member === 'string' || member === null) return formatRowId(key, member)
  const literal = new RegExp(`[(,]${partitionKey}=(?:null|'((?:[^'%]|'')*)')[,)]`).exec(id)
  if (literal === null) return undefined
  const [, quoted] = literal
  return formatRowId(key, quoted === undefined ? null : quoted.replaceAll("''", "'"))
}

/** The documents show a bare GUID; OData would allow a URL such as `contacts(<guid>)`, so that is read too. */
function bareGuid(id: string): string {
  const inside = /\(([^()]*)\)$/.exec(id)?.[1] ?? id
  const first = /=([0-9a-f-]{36})(?:,|$)/i.exec(inside)?.[1]
  return (first ?? inside).toLowerCase()
}

function badRow(what: string, shape: ChangeShape, cause?: unknown): DataverseError {
  return new DataverseError(`a row of ${shape.entitySet} ${what}`, { code: 'bad-response', cause })
}
