// The code between the marks is what the README shows; a check of the repository compares the two.
import { csv } from '@deltaverse/formats'
import type { TableSchema } from '@deltaverse/schema'
import { deleted, idOf, upserted } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'

const schema: TableSchema = {
  name: 'contacts',
  columns: [{ name: 'fullname', type: { kind: 'text' }, nullable: true }],
  primaryKey: [],
}
const changes = [upserted(idOf(1), { fullname: 'Ada\nLovelace' }), deleted(idOf(2))]
const seen: string[] = []

describe('the README', () => {
  it('writes CSV and reads its keys', () => {
    // example: csv
    const format = csv({ delimiter: ';' })
    const writer = format.changes(schema)
    const file = Buffer.concat([writer.header, writer.write(changes)])

    const readHead = format.readHeads()
    for (const record of format.split().push(file)) {
      const head = readHead(record)
      if (head !== undefined) seen.push(`${head.kind} ${head.id}`)
    }
    // end
    expect(seen).toEqual([`upserted ${idOf(1)}`, `deleted ${idOf(2)}`])
  })
})
