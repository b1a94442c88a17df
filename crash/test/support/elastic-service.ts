import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, type DataverseClient } from '@deltaverse/client'

/** A row of the table: what tells it apart, and one value. */
interface Reading {
  readonly id: string
  readonly partition: string | null
  readonly value: string
}

/** A service with one elastic table, `new_readings`, as far as a sync asks it. */
export interface ElasticService {
  readonly client: DataverseClient
  put(reading: Reading): void
  remove(id: string, partition: string | null): void
  close(): Promise<void>
}

/** What a delta says of a deleted row: whether it tells the partition is not documented. */
export type DeletionShape = 'id-only' | 'with-partition' | 'key-predicate'

interface Entry extends Reading {
  readonly version: number
  readonly isDeleted: boolean
}

const root = '/api/data/v9.2/'

export async function startElasticService(deletions: DeletionShape): Promise<ElasticService> {
  const entries = new Map<string, Entry>()
  let version = 0
  const keyOf = (id: string, partition: string | null) => JSON.stringify([id, partition])
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}${root}`

  const rowOf = ({ id, partition, value, version: etag }: Entry) => ({
    '@odata.etag': `W/"${etag}"`,
    new_value: value,
    partitionid: partition,
    new_readingid: id,
  })
  const literalOf = (partition: string | null) =>
    partition === null ? 'null' : `'${partition.replaceAll("'", "''")}'`
  const deletionOf = ({ id, partition }: Entry) => ({
    '@odata.context': `${base()}$metadata#new_readings/$deletedEntity`,
    id:
      deletions === 'key-predicate'
        ? `new_readings(new_readingid=${id},partitionid=${literalOf(partition)})`
        : id,
    ...(deletions === 'with-partition' && { partitionid: partition }),
    reason: 'deleted',
  })
  const page = (rows: object[], isDelta: boolean) => ({
    '@odata.context': `${base()}$metadata#new_readings${isDelta ? '/$delta' : ''}`,
    '@odata.deltaLink': `${base()}new_readings?$select=new_value,partitionid&$deltatoken=${version}`,
    value: rows,
  })
  const living = () => [...entries.values()].filter(({ isDeleted }) => !isDeleted)

  function answer(path: string): object | string {
    if (path.startsWith('EntityDefinitions(') && path.includes('/Attributes')) return { value: [] }
    if (path.startsWith('EntityDefinitions(')) return definition
    if (path.startsWith('EntityDefinitions')) return { value: [definition] }
    if (path.startsWith('organizations')) return { value: [] }
    if (path.startsWith('new_readings/$count')) return String(living().length)
    const token = /\$deltatoken=(\d+)/.exec(path)?.[1]
    if (token !== undefined) {
      const since = [...entries.values()].filter((entry) => entry.version > Number(token))
      const changed = since.filter(({ isDeleted }) => !isDeleted).map(rowOf)
      return page([...changed, ...since.filter(({ isDeleted }) => isDeleted).map(deletionOf)], true)
    }
    const filter = /\$filter=([^&]+)/.exec(path)?.[1]
    if (filter === undefined) return page(living().map(rowOf), false)
    const wanted = decodeURIComponent(filter)
      .split(' or ')
      .map((one) => /eq ([0-9a-f-]{36})(?: and partitionid eq (?:null|'((?:[^']|'')*)'))?/.exec(one))
    const isWanted = ({ id, partition }: Entry) =>
      wanted.some((found) => found?.[1] === id && (found[2]?.replaceAll("''", "'") ?? null) === partition)
    return { value: living().filter(isWanted).map(rowOf) }
  }

  const server = createServer((request, response) => {
    const body = answer((request.url ?? '').replace(root, ''))
    const type = typeof body === 'string' ? 'text/plain' : 'application/json'
    response.writeHead(200, { 'content-type': type })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = createClient({ url: new URL(base()).origin })

  return {
    client,
    put(reading) {
      version += 1
      entries.set(keyOf(reading.id, reading.partition), { ...reading, version, isDeleted: false })
    },
    remove(id, partition) {
      version += 1
      entries.set(keyOf(id, partition), { id, partition, value: '', version, isDeleted: true })
    },
    async close() {
      await client.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const definition = {
  LogicalName: 'new_reading',
  EntitySetName: 'new_readings',
  PrimaryIdAttribute: 'new_readingid',
  PrimaryNameAttribute: 'new_value',
  ChangeTrackingEnabled: true,
  TableType: 'Elastic',
  Attributes: [
    { LogicalName: 'new_readingid', AttributeType: 'Uniqueidentifier', IsPrimaryId: true },
    { LogicalName: 'partitionid', AttributeType: 'String' },
    { LogicalName: 'new_value', AttributeType: 'String' },
  ],
}
