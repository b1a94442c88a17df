import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DataverseClient } from '@deltaverse/client'
import { createMetadataReader, readTableSchema } from '@deltaverse/metadata'
import { describe, expect, it } from 'vitest'

const folder =
  process.env.DELTAVERSE_METADATA ?? fileURLToPath(new URL('../../../../../shared/metadata', import.meta.url))
const csdl = join(folder, 'csdl-dataverse-crm4-v9.1.xml')
const isThere = existsSync(csdl)

interface EntityType {
  readonly base: string | undefined
  readonly properties: ReadonlyMap<string, string>
}

/** Read with another eye than the reader's: the stored document has one element a line. */
function typesInLines(text: string): ReadonlyMap<string, EntityType> {
  const types = new Map<string, EntityType>()
  let properties = new Map<string, string>()
  for (const line of text.replaceAll(/<!--.*?-->/gs, '').split('\n')) {
    const type = /<EntityType Name="(\w+)"(?: BaseType="mscrm\.(\w+)")?/.exec(line)
    if (line.includes('<ComplexType')) properties = new Map()
    if (type?.[1] !== undefined) {
      properties = new Map()
      types.set(type[1], { base: type[2], properties })
    }
    const property = /<Property Name="(\w+)" Type="([^"]+)"/.exec(line)
    if (property?.[1] !== undefined) properties.set(property[1], property[2] ?? '')
  }
  return types
}

function propertiesOf(types: ReadonlyMap<string, EntityType>, name: string | undefined): Map<string, string> {
  const type = name === undefined ? undefined : types.get(name)
  if (type === undefined) return new Map()
  return new Map([...propertiesOf(types, type.base), ...type.properties])
}

const published: Readonly<Record<string, string>> = {
  'Edm.Guid': 'Uniqueidentifier',
  'Edm.Int32': 'Integer',
  'Edm.Int64': 'BigInt',
  'Edm.Decimal': 'Decimal',
  'Edm.Double': 'Double',
  'Edm.Boolean': 'Boolean',
  'Edm.DateTimeOffset': 'DateTime',
  'Edm.Date': 'DateTime',
}

/** As definitions tell of columns: what belongs to another one says so, in rows or not; managed properties have a type of their own. */
function attributesOf(properties: ReadonlyMap<string, string>): object[] {
  return [...properties].flatMap(([member, type]) => {
    const lookup = /^_(\w+)_value$/.exec(member)?.[1]
    if (lookup !== undefined) {
      return [
        { LogicalName: lookup, AttributeType: 'Lookup' },
        { LogicalName: `${lookup}name`, AttributeType: 'String', AttributeOf: lookup },
        { LogicalName: `${lookup}type`, AttributeType: 'EntityName', AttributeOf: lookup },
      ]
    }
    const owner = /^(\w+?)_(?:name|url|timestamp)$/.exec(member)?.[1]
    return [
      {
        LogicalName: member,
        ...(type === 'mscrm.BooleanManagedProperty'
          ? { AttributeType: 'ManagedProperty' }
          : type === 'Edm.Binary'
            ? { AttributeType: 'Virtual', AttributeTypeName: { Value: 'ImageType' } }
            : member === 'objecttypecode'
              ? { AttributeType: 'EntityName', AttributeOf: 'objectid' }
              : { AttributeType: published[type] ?? 'String' }),
        ...(owner !== undefined && properties.has(owner) ? { AttributeOf: owner } : {}),
      },
    ]
  })
}

/** A service that tells of one table what is known of it, and answers with the document for `$metadata`. */
function serviceOf(table: string, entitySet: string, attributes: readonly object[]) {
  const asked: string[] = []
  const answer = (path: string): unknown => {
    if (path.startsWith('EntityDefinitions?')) return { value: [{ LogicalName: table }] }
    if (path.includes('/Attributes/')) return { value: [] }
    return {
      LogicalName: table,
      EntitySetName: entitySet,
      PrimaryIdAttribute: `${table}id`,
      Attributes: attributes,
    }
  }
  const request = async ({ path }: { readonly path: string }) => {
    asked.push(path)
    return { body: createReadStream(csdl), json: async () => answer(path) }
  }
  return { asked, client: { request } as unknown as Pick<DataverseClient, 'request'> }
}

const reason = isThere ? '' : ` (not run: there is no ${csdl}; name its folder in DELTAVERSE_METADATA)`

describe('the columns of a table without a selection', () => {
  it.skipIf(!isThere)(`are the properties that $metadata lists, for every table${reason}`, async () => {
    const text = readFileSync(csdl, 'utf8')
    const types = typesInLines(text)
    // What begins with a capital are the definitions themselves: no tables.
    const set = /<EntitySet Name="(\w+)" EntityType="Microsoft\.Dynamics\.CRM\.([a-z]\w*)"/g
    const sets = [...text.matchAll(set)]
    expect(sets.length).toBeGreaterThan(250)
    const differences: Record<string, object> = {}
    const names = sets.map(([, , table = '']) => table)
    const all = new Map(names.map((table) => [table, propertiesOf(types, table)]))
    // One reader for all, so that the document is read once.
    const definitions = new Map<string, object>()
    const service = serviceOf('', '', [])
    const request = async (given: { readonly path: string }) => {
      const { path } = given
      const set = /EntitySetName eq '(\w+)'/.exec(path)?.[1]
      const table = /^EntityDefinitions\(LogicalName='(\w+)'\)\?/.exec(path)?.[1]
      const known = sets.find(([, name]) => name === set)?.[2]
      if (set !== undefined) return { json: async () => ({ value: [{ LogicalName: known }] }) }
      if (table !== undefined) return { json: async () => definitions.get(table) }
      return service.client.request({ method: 'GET', path })
    }
    for (const [, EntitySetName = '', LogicalName = ''] of sets) {
      const properties = all.get(LogicalName) ?? new Map()
      const key = properties.has(`${LogicalName}id`)
        ? `${LogicalName}id`
        : ([...properties.keys()][0] ?? 'id')
      definitions.set(LogicalName, {
        LogicalName,
        EntitySetName,
        PrimaryIdAttribute: key,
        Attributes: attributesOf(properties),
      })
    }
    const metadata = createMetadataReader({ request } as unknown as Pick<DataverseClient, 'request'>, {
      maxEntries: 5000,
    })
    for (const [, entitySet = '', table = ''] of sets) {
      const expected = new Set(all.get(table)?.keys())
      if (expected.size === 0) continue
      const schema = await readTableSchema(metadata, { entitySet })
      const described = new Set(schema.columns.map(({ name }) => name))
      const missing = [...expected].filter((name) => !described.has(name))
      const invented = [...described].filter((name) => !expected.has(name))
      if (missing.length + invented.length > 0) differences[table] = { missing, invented }
    }
    expect(differences).toEqual({})
    expect(service.asked.filter((path) => path === '$metadata')).toHaveLength(1)
  })

  it.skipIf(!isThere).each(['account', 'contact', 'team'])(
    `are its properties for the published definitions of %s too${reason}`,
    async (table) => {
      const file = join(folder, 'entitydefinitions', `${table}.json`)
      const { Attributes } = JSON.parse(readFileSync(file, 'utf8')) as { Attributes: object[] }
      const { client } = serviceOf(table, `${table}s`, Attributes)
      const schema = await readTableSchema(createMetadataReader(client), { entitySet: `${table}s` })
      const expected = [...propertiesOf(typesInLines(readFileSync(csdl, 'utf8')), table).keys()]
      expect(schema.columns.map(({ name }) => name).sort()).toEqual(expected.sort())
    },
  )

  it.skipIf(!isThere)(`know which table a note belongs to, as plain text${reason}`, async () => {
    const properties = propertiesOf(typesInLines(readFileSync(csdl, 'utf8')), 'annotation')
    const { client } = serviceOf('annotation', 'annotations', attributesOf(properties))
    const metadata = createMetadataReader(client)
    for (const select of [undefined, ['objecttypecode']]) {
      const { columns } = await readTableSchema(metadata, { entitySet: 'annotations', select })
      expect(columns.find(({ name }) => name === 'objecttypecode')?.type).toEqual({ kind: 'text' })
    }
  })
})
