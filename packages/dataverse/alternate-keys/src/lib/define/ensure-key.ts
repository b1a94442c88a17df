import {
  abortableDelay,
  type CallOptions,
  type Clock,
  DataverseError,
  isResponseError,
  systemClock,
} from '@deltaverse/core'
import type { KeyIndexStatus, KeyMetadata, MetadataReader } from '@deltaverse/metadata'
import {
  callable,
  defineOptions,
  durationMs,
  flag,
  instance,
  type OptionsInput,
  signal as signalOption,
} from '@deltaverse/options'
import { serviceCode } from '@deltaverse/protocol'
import { findKey } from '../resolve/key-address.js'
import { createKey, type KeyClient, listKeys, type NewKey, reactivateKey } from './key-definitions.js'
import { duplicateAdvice } from './key-preflight.js'

/** How far a key is. */
export interface KeyProgress {
  readonly table: string
  /** Logical name of the key. */
  readonly key: string
  readonly status: KeyIndexStatus
  readonly waitedMs: number
}

const options = defineOptions('ensureKey()', {
  timeoutMs: durationMs({
    default: 305_000,
    doc: "How long to wait for the index; the default is that of Microsoft's own sample.",
  }),
  pollIntervalMs: durationMs({
    default: 15_000,
    doc: "How long to wait between looks; the default is that of Microsoft's own sample.",
  }),
  reactivateFailed: flag({ default: false, doc: 'Whether a key that failed before is built again, once.' }),
  onProgress: callable<(progress: KeyProgress) => void>()({ doc: 'Told after each look.' }),
  metadata: instance<Pick<MetadataReader, 'invalidate'>>(['invalidate'])({
    doc: 'Forgets the table once the key has changed. Give the reader that your resolver works with.',
  }),
  clock: instance<Clock>(['now', 'delay'])({
    default: systemClock,
    defaultText: "the machine's",
    doc: 'Time and waiting.',
  }),
  signal: signalOption({ doc: 'Ends the wait.' }),
})

export type EnsureKeyOptions = OptionsInput<typeof options.spec>

/**
 * Sees to it that a table has an Active key of these columns, in any order and under whatever name: creates it where it is
 * missing, and waits until its index is built. Safe to call at the start of every run.
 *
 * @throws DataverseError `conflict` when the index failed (rows with equal values are the usual reason), `unavailable` and
 *   retryable when it is not ready in time (the service goes on building it); `signal.reason` when the signal aborts
 */
export async function ensureKey(
  client: KeyClient,
  wanted: NewKey,
  input: EnsureKeyOptions = {},
): Promise<KeyMetadata> {
  const given = options.parse(input)
  const { timeoutMs, pollIntervalMs, clock, metadata, onProgress, signal } = given
  signal?.throwIfAborted()
  const startMs = clock.now()
  let mayReactivate = given.reactivateFailed
  let before: KeyIndexStatus | undefined
  for (;;) {
    const key = await findOrCreate(client, wanted, { signal })
    const waitedMs = clock.now() - startMs
    if (key !== undefined) {
      onProgress?.({ table: wanted.table, key: key.logicalName, status: key.indexStatus, waitedMs })
      if (key.indexStatus !== before) metadata?.invalidate(wanted.table)
      before = key.indexStatus
      if (key.indexStatus === 'Active') return key
      if (key.indexStatus === 'Failed') {
        if (!mayReactivate) throw failed(wanted, key)
        mayReactivate = false
        await reactivateKey(client, wanted.table, key.logicalName, { signal })
      }
    }
    if (waitedMs >= timeoutMs) throw notReady(wanted, key, waitedMs)
    await abortableDelay(clock, Math.min(pollIntervalMs, timeoutMs - waitedMs), signal)
  }
}

/** The key as it is now; `undefined` when it was made but does not show yet. */
async function findOrCreate(
  client: KeyClient,
  wanted: NewKey,
  call: CallOptions,
): Promise<KeyMetadata | undefined> {
  const known = findKey(await listKeys(client, wanted.table, call), wanted.columns)
  if (known !== undefined) return known
  try {
    await createKey(client, wanted, call)
  } catch (error) {
    // Somebody else was quicker, or an answer was lost and the request repeated.
    const taken =
      isResponseError(error) &&
      (error.serviceCode === serviceCode.EntityKeyNameTaken ||
        error.serviceCode === serviceCode.EntityKeyColumnsTaken)
    const key = taken ? findKey(await listKeys(client, wanted.table, call), wanted.columns) : undefined
    if (key === undefined) throw error
    return key
  }
  return findKey(await listKeys(client, wanted.table, call), wanted.columns)
}

function failed({ table, columns }: NewKey, { logicalName }: KeyMetadata): DataverseError {
  return new DataverseError(
    `The index of key '${logicalName}' of table '${table}' failed. ${duplicateAdvice(table, columns)}`,
    { code: 'conflict' },
  )
}

function notReady(
  { table, columns }: NewKey,
  key: KeyMetadata | undefined,
  waitedMs: number,
): DataverseError {
  const name = key === undefined ? `(${columns.join(', ')})` : `'${key.logicalName}'`
  return new DataverseError(
    `Key ${name} of table '${table}' is ${key?.indexStatus ?? 'not visible'} after ${Math.round(waitedMs / 1000)} s. ` +
      'The service goes on building its index: call again later, or look at the system job named "Create index for …".',
    { code: 'unavailable', retryable: true },
  )
}
