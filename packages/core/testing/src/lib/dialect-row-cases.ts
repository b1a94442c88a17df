import assert from 'node:assert/strict'
import { type ColumnKind, columnKinds } from '@deltaverse/schema'
import type { ContractCase } from './contract-case.js'
import { dialectCase } from './dialect-session.js'
import { idOf } from './events.js'
import type { DialectHarness, TestedConnection } from './tested-dialect.js'

/** A value of each kind, as text, and one that differs from it by as little as can be. */
const values: Readonly<Record<ColumnKind, readonly [string, string]>> = {
  text: [
    'tab\t, line\n, \\ back, "quoted" \'s, ä 😀, \\N',
    'tab\t, line\n, \\ back, "quoted" \'s, ä 😀, \\n',
  ],
  int32: ['-2147483648', '-2147483647'],
  int64: ['9223372036854775807', '9223372036854775806'],
  decimal: ['922337203685477.5807', '922337203685477.5808'],
  double: ['0.1', '0.10000000000000002'],
  boolean: ['false', 'true'],
  date: ['2024-02-29', '2024-03-01'],
  timestamp: ['2024-02-29T23:59:59.123', '2024-02-29T23:59:59.124'],
  timestamptz: ['2024-02-29T23:59:59Z', '2024-02-29T23:59:58Z'],
  uuid: ['0f8fad5b-d9cb-469f-a165-70867728950e', '0f8fad5b-d9cb-469f-a165-70867728950f'],
  enum: ['100000001', '100000002'],
  'enum-set': ['1,9', '1,8'],
  json: ['{"a":[1,null,"x"]}', '{"a":[1,null,"y"]}'],
  binary: ['AAEC/w==', 'AAEC/g=='],
}

/** Rows, transactions, errors and leases. */
export function dialectRowCases<C extends TestedConnection>(
  harness: DialectHarness<C>,
): readonly ContractCase[] {
  return [
    dialectCase(harness, 'brings values of every kind to the staging table as they are', async (session) => {
      const { dialect, connection, inside } = session
      const { types, text } = dialect
      const written = (kind: ColumnKind, value: string) => types.write[kind]?.(value) ?? value
      await inside('write', async () => {
        const names = columnKinds.map((_, at) => `c${at}`)
        const columns = columnKinds.map((kind, at) => `c${at} ${types.of({ kind })}`)
        for (const statement of text.createStage(stageColumns(types, columns)))
          await connection.query(statement)
        const loader = dialect.createLoader(connection, {
          table: text.stage,
          columns: names.length,
          doing: 'loading',
        })
        const rowOf = (which: 0 | 1) => columnKinds.map((kind) => written(kind, values[kind][which]))
        const common = { rowVersion: '18446744073709', lacks: null, gone: false }
        await loader.load({ ...common, number: 1, id: idOf(1), values: rowOf(0) })
        await loader.load({ ...common, number: 2, id: idOf(2), values: columnKinds.map(() => null) })
        await loader.load({ number: 3, id: idOf(3), gone: true, rowVersion: null, lacks: ',1,', values: [] })
        await loader.end()
        for (const [at, kind] of columnKinds.entries()) {
          const same = await connection.query(
            `SELECT number FROM ${text.stage} WHERE c${at} IS NOT DISTINCT FROM CAST($1 AS ${types.of({ kind })}) ORDER BY number`,
            [written(kind, values[kind][0])],
          )
          assert.deepEqual(
            same.rows.map(({ number }) => Number(number)),
            [1],
            `${kind} is what it was`,
          )
          const other = await connection.query(
            `SELECT number FROM ${text.stage} WHERE c${at} IS NOT DISTINCT FROM CAST($1 AS ${types.of({ kind })})`,
            [written(kind, values[kind][1])],
          )
          assert.equal(other.rows.length, 0, `${kind} is told from its neighbour`)
        }
        const gone = await connection.query(
          `SELECT number FROM ${text.stage} WHERE gone AND lacks LIKE '%,1,%' AND c0 IS NULL`,
        )
        assert.deepEqual(
          gone.rows.map(({ number }) => Number(number)),
          [3],
        )
      })
    }),

    dialectCase(
      harness,
      'makes the staging table anew for each transaction, and empties it',
      async ({ dialect, onAnother }) => {
        const { types, text } = dialect
        const row = { number: 1, id: idOf(1), gone: false, rowVersion: null, lacks: null, values: ['a'] }
        for (const round of [1, 2]) {
          await onAnother(({ connection, inside, run, count }) =>
            inside('write', async () => {
              await run(...text.createStage(stageColumns(types, [`c0 ${types.of({ kind: 'text' })}`])))
              assert.equal(await count(text.stage), 0, `round ${round} begins with nothing`)
              const stage = { table: text.stage, columns: 1, doing: 'loading' }
              const loader = dialect.createLoader(connection, stage)
              await loader.load(row)
              await loader.end()
              await run(text.indexStage, text.indexStage)
              assert.equal(await count(text.stage), 1)
              await run(text.emptyStage)
              assert.equal(await count(text.stage), 0)
            }),
          )
        }
      },
    ),

    dialectCase(harness, 'undoes what lies behind a savepoint, and goes on', async (session) => {
      const { dialect, inside, run, count, failing } = session
      const table = dialect.text.table('things')
      await run(`CREATE TABLE ${table} (id ${dialect.types.of({ kind: 'int32' })} NOT NULL PRIMARY KEY)`)
      await inside('write', async () => {
        await run(`INSERT INTO ${table} VALUES (1)`, 'SAVEPOINT here', `INSERT INTO ${table} VALUES (2)`)
        await failing(`INSERT INTO ${table} VALUES (1)`)
        await run('ROLLBACK TO SAVEPOINT here', `INSERT INTO ${table} VALUES (3)`, 'RELEASE SAVEPOINT here')
      })
      assert.equal(await count(`${table} WHERE id IN (1, 3)`), 2)
      assert.equal(await count(table), 2)
    }),

    dialectCase(
      harness,
      'tells errors of rows, of doubled values and of missing tables from each other',
      async (session) => {
        const { dialect, run, failing } = session
        const { types, text, errors } = dialect
        const table = text.table('things')
        await run(
          `CREATE TABLE ${table} (id ${types.of({ kind: 'int32' })} NOT NULL PRIMARY KEY, number ${types.of({ kind: 'int32' })} UNIQUE CHECK (number < 5))`,
          `INSERT INTO ${table} VALUES (1, 1)`,
        )
        const doubled = await failing(`INSERT INTO ${table} VALUES (2, 1)`)
        const broken = await failing(`INSERT INTO ${table} VALUES (3, 7)`)
        const missing = await failing(`SELECT 1 FROM ${text.table('nowhere')}`)
        const judged = [doubled, broken, missing].map((error) => [
          errors.isUniqueViolation(error),
          errors.isRowFault(error),
          errors.isMissingTable(error),
        ])
        assert.deepEqual(judged, [
          [true, true, false],
          [false, true, false],
          [false, false, true],
        ])
        const explained = errors.explain(broken, 'writing to things')
        assert.match(explained.message, /^Writing to things failed/)
        assert.equal((explained as { readonly code?: unknown }).code, 'sink-failed')
        const mistake = new TypeError('x is no function')
        assert.equal(errors.explain(mistake, 'writing'), mistake, 'a mistake in a program stays one')
      },
    ),

    dialectCase(harness, 'reads in groups, of one moment', async (session) => {
      const { dialect, connection, run } = session
      const table = dialect.text.table('things')
      const rows = Array.from({ length: 7 }, (_, at) => `(${at})`).join(', ')
      await run(
        `CREATE TABLE ${table} (id ${dialect.types.of({ kind: 'int32' })})`,
        `INSERT INTO ${table} VALUES ${rows}`,
      )
      const sizes: number[] = []
      const ids: number[] = []
      for await (const group of connection.readGroups(`SELECT id FROM ${table} ORDER BY id`, 3)) {
        sizes.push(group.length)
        ids.push(...group.map(({ id }) => Number(id)))
      }
      assert.deepEqual(sizes, [3, 3, 1])
      assert.deepEqual(ids, [0, 1, 2, 3, 4, 5, 6])
    }),

    dialectCase(
      harness,
      'leases a name to one holder at a time',
      async ({ dialect, harness: { reopen } }) => {
        const lease = await dialect.acquireLease('crm', 0)
        const other = await reopen()
        try {
          await assert.rejects(other.acquireLease('crm', 0), { code: 'conflict' })
          const elsewhere = await other.acquireLease('erp', 0)
          await elsewhere.release()
          await lease.release()
          const next = await other.acquireLease('crm', 0)
          await next.release()
        } finally {
          await lease.release()
          await other.close()
        }
      },
    ),

    dialectCase(harness, 'tells the time as a moment', async (session) => {
      const { dialect, run, count } = session
      const { types, text } = dialect
      const table = text.table('things')
      await run(
        `CREATE TABLE ${table} (at ${types.of({ kind: 'timestamptz' })})`,
        `INSERT INTO ${table} VALUES (${text.now})`,
      )
      const written = types.write.timestamptz ?? ((value: string) => value)
      const early = String(written('2024-01-01T00:00:00Z'))
      assert.equal(await count(`${table} WHERE at > '${early}'`), 1)
    }),
  ]
}

function stageColumns(
  types: { of(type: { kind: ColumnKind }): string; readonly stageNumber: string },
  columns: readonly string[],
): string {
  const [text, flag] = [types.of({ kind: 'text' }), types.of({ kind: 'boolean' })]
  return [
    `number ${types.stageNumber}`,
    `id ${text}`,
    `gone ${flag}`,
    `row_version ${types.of({ kind: 'int64' })}`,
    `lacks ${text}`,
    ...columns,
  ].join(', ')
}
