import { ServiceError } from '../http/service-error.js'
import type { Schema } from '../schema/schema.js'
import type { Table } from '../schema/table.js'

/** A path segment of definitions: its name and, in parentheses, what it names. */
export interface DefinitionSegment {
  readonly name: string
  readonly key: DefinitionKey | undefined
}

/** `(LogicalName='account')` or `(<MetadataId>)`. */
export type DefinitionKey =
  | { readonly kind: 'logicalName'; readonly value: string; readonly text: string }
  | { readonly kind: 'metadataId'; readonly value: string; readonly text: string }

/**
 * Takes a segment such as `Keys(LogicalName='new_key')` apart.
 *
 * @throws ServiceError 400 when the parentheses hold neither a logical name nor a metadata id.
 */
export function parseDefinitionSegment(segment: string): DefinitionSegment {
  const open = segment.indexOf('(')
  if (open < 0) return { name: segment, key: undefined }
  return { name: segment.slice(0, open), key: parseKey(segment.slice(open)) }
}

function parseKey(text: string): DefinitionKey | undefined {
  if (text === '()') return undefined
  const named = /^\(\s*LogicalName\s*=\s*'((?:[^']|'')*)'\s*\)$/.exec(text)
  if (named !== null) return { kind: 'logicalName', value: (named[1] ?? '').replaceAll("''", "'"), text }
  const id = /^\(\s*(?:MetadataId\s*=\s*)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*\)$/i.exec(text)
  if (id !== null) return { kind: 'metadataId', value: (id[1] ?? '').toLowerCase(), text }
  throw new ServiceError(
    400,
    '0x0',
    `The key ${text} is not valid here: (LogicalName='name') or (<MetadataId>) expected.`,
  )
}

/** 404 for a definition that does not exist. */
export function definitionNotFound(kind: string, text: string): ServiceError {
  return new ServiceError(404, '0x80060888', `Could not find ${kind} with the specified key ${text}.`)
}

/** Finds the table that a key names. */
export function findTable(key: DefinitionKey, schema: Schema): Table {
  const table =
    key.kind === 'logicalName'
      ? schema.byLogicalName(key.value)
      : schema.tables().find((each) => each.metadataId === key.value)
  if (table === undefined) throw definitionNotFound('a table', key.text)
  return table
}

/** Finds the attribute or alternate key that a key names. */
export function findPart<T extends { readonly logicalName: string; readonly metadataId: string }>(
  key: DefinitionKey,
  parts: readonly T[],
  kind: string,
): T {
  const part = parts.find((each) =>
    key.kind === 'logicalName' ? each.logicalName === key.value : each.metadataId === key.value,
  )
  if (part === undefined) throw definitionNotFound(kind, key.text)
  return part
}
