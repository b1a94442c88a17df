import { type CallOptions, isDataverseError } from '@deltaverse/core'
import type { KeyMetadata, TableMetadata } from '@deltaverse/metadata'
import { createMetadataReader } from '@deltaverse/metadata'
import { nearestNames } from '@deltaverse/values'
import { findKey } from '../resolve/key-address.js'
import type { KeyClient } from './key-definitions.js'

/** A key that a job needs: exactly these columns. */
export interface KeyRequirement {
  /** Logical name of the table. */
  readonly table: string
  /** Logical names of the key's columns, in any order. */
  readonly columns: readonly string[]
}

/** How a key that is needed stands. */
export type KeyReadiness = 'active' | 'missing' | 'pending' | 'failed' | 'no-table' | 'no-column'

/** What was found for one requirement. */
export interface PreflightedKey extends KeyRequirement {
  readonly readiness: KeyReadiness
  /** The key, where there is one. */
  readonly key: KeyMetadata | undefined
  /** What to do, as a sentence; empty when the key is Active. */
  readonly advice: string
}

/** Whether a job can begin. */
export interface KeyPreflight {
  readonly ready: boolean
  /** In the order of the requirements. */
  readonly keys: readonly PreflightedKey[]
}

/**
 * Looks, before a job begins, whether the keys that it needs exist and are Active: one request for each table, nothing is
 * changed.
 */
export async function preflightKeys(
  client: KeyClient,
  requirements: readonly KeyRequirement[],
  call: CallOptions = {},
): Promise<KeyPreflight> {
  // A reader of its own that has just been told to forget asks for the newest definitions.
  const metadata = createMetadataReader(client)
  metadata.invalidate()
  const keys = await Promise.all(
    requirements.map(async (requirement) =>
      judge(requirement, await tableOrNone(() => metadata.table(requirement.table, call))),
    ),
  )
  return { ready: keys.every(({ readiness }) => readiness === 'active'), keys }
}

async function tableOrNone(read: () => Promise<TableMetadata>): Promise<TableMetadata | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isDataverseError(error) && error.code === 'not-found') return undefined
    throw error
  }
}

function judge(requirement: KeyRequirement, table: TableMetadata | undefined): PreflightedKey {
  const result = (readiness: KeyReadiness, advice: string, key?: KeyMetadata): PreflightedKey => ({
    ...requirement,
    readiness,
    key,
    advice,
  })
  if (table === undefined) {
    return result('no-table', `There is no table '${requirement.table}': check the logical name.`)
  }
  const strange = requirement.columns.find((name) => !table.columns.has(name))
  if (strange !== undefined) {
    const near = nearestNames(strange, table.columns.keys())
    return result('no-column', `Table '${table.logicalName}' has no column '${strange}'. ${near}`.trimEnd())
  }
  return judgeKey(requirement, findKey(table.keys, requirement.columns), result)
}

function judgeKey(
  { table, columns }: KeyRequirement,
  key: KeyMetadata | undefined,
  result: (readiness: KeyReadiness, advice: string, key?: KeyMetadata) => PreflightedKey,
): PreflightedKey {
  switch (key?.indexStatus) {
    case undefined:
      return result('missing', `Make the key (${columns.join(', ')}) of table '${table}' with ensureKey().`)
    case 'Active':
      return result('active', '', key)
    case 'Failed':
      return result('failed', duplicateAdvice(table, columns), key)
    default:
      return result(
        'pending',
        `Wait until the index of '${key?.logicalName}' is built: ensureKey() does.`,
        key,
      )
  }
}

/** What to do about a key whose index failed. */
export function duplicateAdvice(table: string, columns: readonly string[]): string {
  const names = columns.join(',')
  return (
    `Rows with equal values in (${columns.join(', ')}) are the usual reason. Find them in the entity set of '${table}' with ` +
    `?$apply=groupby((${names}),aggregate($count as count)) (up to 50,000 rows), mend or delete them, then build the index ` +
    'again with reactivateKey(), or with ensureKey() and reactivateFailed.'
  )
}
