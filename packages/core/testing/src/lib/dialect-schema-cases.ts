import assert from 'node:assert/strict'
import { columnKinds } from '@deltaverse/schema'
import type { ContractCase } from './contract-case.js'
import { dialectCase } from './dialect-session.js'
import type { DialectHarness, TestedConnection } from './tested-dialect.js'

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Tables and their columns. */
export function dialectSchemaCases<C extends TestedConnection>(
  harness: DialectHarness<C>,
): readonly ContractCase[] {
  return [
    dialectCase(
      harness,
      'gives back from its catalogue the types that it makes columns of',
      async (session) => {
        const { dialect, connection, run } = session
        const { types, text, catalogue } = dialect
        const columns = columnKinds.map((kind) => `${quote(`c ${kind}`)} ${types.of({ kind })}`)
        await run(
          `CREATE TABLE ${text.table('things')} (id ${types.of({ kind: 'uuid' })} NOT NULL PRIMARY KEY, ${columns.join(', ')})`,
        )
        const relation = await catalogue.readRelation(connection, 'things')
        assert.ok(relation !== undefined, 'the table is there')
        assert.equal(relation.isTable, true)
        assert.equal(relation.isKeyed, true)
        for (const kind of columnKinds) {
          const column = relation.columns.get(`c ${kind}`)
          assert.deepEqual(column, { type: types.of({ kind }), isDemanded: false, isGenerated: false }, kind)
        }
      },
    ),

    dialectCase(
      harness,
      'tells tables, views, keys and columns that it cannot fill from each other',
      async (session) => {
        const { dialect, connection, run } = session
        const { types, text, catalogue } = dialect
        const [integer, table] = [types.of({ kind: 'int32' }), text.table('plain')]
        assert.equal(await catalogue.readRelation(connection, 'plain'), undefined)
        await run(
          `CREATE TABLE ${table} (id ${integer}, must ${integer} NOT NULL, has ${integer} NOT NULL DEFAULT 1, made ${integer} GENERATED ALWAYS AS (must + 1) STORED)`,
          `CREATE VIEW ${text.table('seen')} AS SELECT id FROM ${table}`,
        )
        const relation = await catalogue.readRelation(connection, 'plain')
        assert.equal(relation?.isKeyed, false)
        assert.deepEqual(
          ['must', 'has', 'made'].map((name) => relation?.columns.get(name)?.isDemanded),
          [true, false, false],
        )
        assert.equal(relation?.columns.get('made')?.isGenerated, true)
        assert.equal((await catalogue.readRelation(connection, 'seen'))?.isTable, false)
        assert.equal(await catalogue.countTables(connection, ['plain', 'none']), 1)
      },
    ),

    dialectCase(harness, 'finds the columns that may hold a value once', async (session) => {
      const { dialect, connection, run } = session
      const { types, text, catalogue } = dialect
      const integer = types.of({ kind: 'int32' })
      await run(
        `CREATE TABLE ${text.table('things')} (id ${integer} NOT NULL PRIMARY KEY, number ${integer} UNIQUE, other ${integer})`,
      )
      assert.deepEqual(await catalogue.uniqueColumns(connection, 'things'), ['number'])
    }),

    dialectCase(harness, 'takes names of all characters, as long as it says', async (session) => {
      const { dialect, connection, run } = session
      const { limits, text, types, catalogue } = dialect
      const names = ['Select', 'a "quoted" b', 'ä.b c', 'x'.repeat(limits.nameBytes)]
      for (const name of names) {
        const integer = types.of({ kind: 'int32' })
        await run(
          `CREATE TABLE ${text.table(name)} (id ${integer} NOT NULL PRIMARY KEY, ${quote(name)} ${integer})`,
        )
        const relation = await catalogue.readRelation(connection, name)
        assert.ok(relation?.columns.has(name), `the table and its column ${name} are found`)
      }
      assert.equal(await catalogue.countTables(connection, names), names.length)
    }),

    dialectCase(
      harness,
      'gives a column a wider type with every value kept, where it says that it can',
      async (session) => {
        const { dialect, connection, run, count } = session
        const { capabilities, types, text, catalogue } = dialect
        const [narrow, wide] = [types.of({ kind: 'int32' }), types.of({ kind: 'int64' })]
        assert.equal(types.isWidening(wide, narrow), false)
        if (!capabilities.altersTypes) return
        assert.equal(types.isWidening(narrow, wide), true)
        const table = text.table('things')
        await run(
          `CREATE TABLE ${table} (id ${narrow} NOT NULL PRIMARY KEY, number ${narrow})`,
          `INSERT INTO ${table} VALUES (1, 2147483647)`,
          text.alterType(table, 'number', wide),
        )
        assert.equal((await catalogue.readRelation(connection, 'things'))?.columns.get('number')?.type, wide)
        assert.equal(await count(`${table} WHERE number = 2147483647`), 1)
      },
    ),
  ]
}
