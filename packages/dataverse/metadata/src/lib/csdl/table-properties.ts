import { DataverseError } from '@deltaverse/core'
import { createTagScanner, type Tag } from './tag-scanner.js'

/** What a `$metadata` document lists: what rows of each table can bring. */
export interface TableProperties {
  /**
   * Properties of a table's rows with their types (`Edm.Guid`, `mscrm.BooleanManagedProperty`), those that it inherits first.
   *
   * @throws DataverseError `not-found` for a table that the document does not have
   */
  of(logicalName: string): ReadonlyMap<string, string>
}

interface EntityType {
  readonly base: string | undefined
  readonly properties: Map<string, string>
}

/**
 * Reads a `$metadata` document (CSDL 4.0 as XML) as it arrives; of its 10 MB and more, names and types of the properties are kept.
 *
 * @throws DataverseError `bad-response` for what is no such document or is larger than `maxBytes`
 *
 * Source: Microsoft Learn, "Web API service documents"; OData CSDL 4.0, "Entity Type".
 */
export async function readTableProperties(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<TableProperties> {
  const types = new Map<string, EntityType>()
  const scanner = createTagScanner(collectTypes(types))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let received = 0
  for await (const chunk of body) {
    received += chunk.byteLength
    if (received > maxBytes) throw tooLarge(maxBytes)
    read(() => scanner.push(decoder.decode(chunk, { stream: true })))
  }
  read(() => {
    scanner.push(decoder.decode())
    scanner.end()
  })
  if (types.size === 0) throw noDocument('it has no entity types')
  return { of: (logicalName) => propertiesOf(types, logicalName) }
}

function collectTypes(types: Map<string, EntityType>): (tag: Tag) => void {
  const names = new Map<string, string>()
  let current: EntityType | undefined
  // What is cut out of a chunk would keep the chunk; and most names stand there hundreds of times.
  const keep = (name: string): string => {
    const known = names.get(name)
    if (known !== undefined) return known
    const copy = Buffer.from(name).toString()
    names.set(copy, copy)
    return copy
  }
  return (tag) => {
    if (tag.name === 'EntityType') {
      current = undefined
      const name = tag.kind === 'end' ? undefined : tag.attribute('Name')
      if (name === undefined) return
      const base = tag.attribute('BaseType')
      const type = { base: base === undefined ? undefined : keep(nameIn(base)), properties: new Map() }
      types.set(keep(name), type)
      if (tag.kind === 'start') current = type
    } else if (tag.name === 'Property' && tag.kind !== 'end') {
      const name = tag.attribute('Name')
      if (name !== undefined) current?.properties.set(keep(name), keep(tag.attribute('Type') ?? 'Edm.String'))
    }
  }
}

/** `account` of `mscrm.account` or `Microsoft.Dynamics.CRM.account`. */
function nameIn(qualified: string): string {
  return qualified.slice(qualified.lastIndexOf('.') + 1)
}

function propertiesOf(types: ReadonlyMap<string, EntityType>, table: string): ReadonlyMap<string, string> {
  const properties: ReadonlyMap<string, string>[] = []
  const passed = new Set<string>()
  for (let name: string | undefined = table; name !== undefined && !passed.has(name); ) {
    passed.add(name)
    const type: EntityType | undefined = types.get(name)
    if (type === undefined) break
    properties.unshift(type.properties)
    name = type.base
  }
  if (properties.length > 0) return new Map(properties.flatMap((own) => [...own]))
  throw new DataverseError(
    `The $metadata of the service has no entity type '${table}'. If the table is new, ask again in a minute: the document is renewed with a delay.`,
    { code: 'not-found' },
  )
}

function read(action: () => void): void {
  try {
    action()
  } catch (cause) {
    throw noDocument((cause as Error).message, cause)
  }
}

function noDocument(why: string, cause?: unknown): DataverseError {
  return new DataverseError(
    `The answer to $metadata is no definition of tables: ${why}. Check that the address is a Web API.`,
    { code: 'bad-response', cause },
  )
}

function tooLarge(maxBytes: number): DataverseError {
  return new DataverseError(
    `The answer to $metadata is larger than ${maxBytes} bytes. Raise maxDocumentBytes, or select columns: then it is not asked for.`,
    { code: 'bad-response' },
  )
}
