import { createHash } from 'node:crypto'
import { parseSyncState, type StoredState, type SyncState } from '@deltaverse/core'

/** What a checkpoint file holds. */
interface Envelope {
  /** Version of this format. */
  readonly format: number
  readonly name: string
  /** A number that grows by one with every save, and a random part: no two saves share one. */
  readonly revision: string
  /** SHA-256 in hex of name, revision and state; who edits a file by hand leaves it out. */
  readonly sha256?: string
  readonly state: unknown
}

/** Makes the content of a file of one format into that of the next. */
export interface Migration {
  readonly from: number
  readonly migrate: (content: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
}

const currentFormat = 1

/** How older formats are read; an entry for each that ever was released, in order. */
const releasedMigrations: readonly Migration[] = []

/** The text of a checkpoint file. */
export function formatEnvelope(name: string, revision: string, state: SyncState): string {
  const envelope: Envelope = {
    format: currentFormat,
    name,
    revision,
    sha256: checksum(name, revision, state),
    state,
  }
  return `${JSON.stringify(envelope, undefined, 2)}\n`
}

/**
 * Reads the text of a checkpoint file.
 *
 * @throws Error that says what is wrong with it
 */
export function parseEnvelope(
  text: string,
  name: string,
  migrations: readonly Migration[] = releasedMigrations,
  newest: number = currentFormat,
): StoredState {
  if (text.trim() === '') throw new TypeError('it is empty')
  const content: unknown = JSON.parse(text)
  if (!isObject(content)) throw new TypeError('it holds no JSON object')
  const envelope = migrated(content, migrations, newest)
  if (envelope.name !== name) {
    throw new TypeError(`it is of ${JSON.stringify(envelope.name)}, not of ${JSON.stringify(name)}`)
  }
  const { revision, sha256, state } = envelope
  if (typeof revision !== 'string' || revision === '') throw new TypeError('"revision" must be text')
  if (sha256 !== undefined && sha256 !== checksum(name, revision, state)) {
    throw new TypeError('its checksum is wrong: it is damaged, or was edited without removing "sha256"')
  }
  return { state: parseSyncState(state), revision }
}

/** The revision of a save that follows; `undefined`: of the first. */
export function nextRevision(revision: string | undefined, random: string): string {
  const number = revision === undefined ? 0 : Number.parseInt(revision, 10)
  return `${Number.isSafeInteger(number) ? number + 1 : 1}-${random}`
}

function migrated(
  content: Readonly<Record<string, unknown>>,
  migrations: readonly Migration[],
  newest: number,
): Readonly<Record<string, unknown>> {
  const { format } = content
  if (typeof format !== 'number' || !Number.isSafeInteger(format) || format < 1) {
    throw new TypeError('"format" must be a whole number of at least 1')
  }
  if (format > newest) {
    throw new TypeError(
      `it was written by a later release (format ${format}; this one reads up to ${newest}): update this package`,
    )
  }
  if (format === newest) return content
  const step = migrations.find(({ from }) => from === format)
  if (step === undefined) throw new TypeError(`format ${format} is no longer read`)
  return migrated({ ...step.migrate(content), format: format + 1 }, migrations, newest)
}

function checksum(name: string, revision: string, state: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([name, revision, state]))
    .digest('hex')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
