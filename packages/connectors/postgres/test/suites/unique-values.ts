import type { PostgresSinkOptions, SqlSink } from '@deltaverse/postgres'
import { account, complete, deleted, fullRead, idOf, reset } from '@deltaverse/testing'
import { expect, it } from 'vitest'
import { nameSink, put } from '../support/sinks.js'
import type { TestDatabase } from '../support/test-database.js'

/** Values that the table takes once, on their way from row to row. */
export function uniqueValueTests(database: TestDatabase): void {
  async function opened(
    index: string,
    options: Partial<PostgresSinkOptions> = {},
  ): Promise<{ schema: string; sink: SqlSink }> {
    const schema = database.freshSchema()
    const sink = nameSink(database, schema, options)
    await sink.open(undefined)
    await put(sink, ...fullRead(1, [named(1, 'a'), named(2, 'b'), named(3, 'c')]))
    await database.query(index.replace('$table', `${schema}.accounts`))
    return { schema, sink }
  }

  const named = (number: number, name: string, version = 1) => account(number, { name }, version)

  async function names(schema: string): Promise<Record<string, string>> {
    const rows = await database.query(`SELECT id::text, name FROM ${schema}.accounts`)
    return Object.fromEntries(rows.map(({ id, name }) => [id, name]))
  }

  const indexes = {
    index: 'CREATE UNIQUE INDEX ON $table (name)',
    constraint: 'ALTER TABLE $table ADD UNIQUE (name)',
    'deferrable constraint': 'ALTER TABLE $table ADD UNIQUE (name) DEFERRABLE INITIALLY DEFERRED',
  }
  for (const [kind, index] of Object.entries(indexes)) {
    it(`move from a deleted row to a new one, and are swapped (${kind})`, async () => {
      const { schema, sink } = await opened(index)
      await put(sink, named(4, 'a', 2), deleted(idOf(1)))
      await put(sink, named(2, 'c', 3), named(3, 'b', 3), named(4, 'a', 3))
      expect(await names(schema)).toEqual({ [idOf(2)]: 'c', [idOf(3)]: 'b', [idOf(4)]: 'a' })
    })

    it.each(['in-place', 'at-end'] as const)(`are swapped by a snapshot (${kind}, %s)`, async (resync) => {
      const { schema, sink } = await opened(index, { resync })
      await put(
        sink,
        ...fullRead(2, [named(2, 'c', 2), named(3, 'b', 2), named(1, 'x', 2), named(5, 'a', 2)]),
      )
      expect(await names(schema)).toEqual({
        [idOf(1)]: 'x',
        [idOf(2)]: 'c',
        [idOf(3)]: 'b',
        [idOf(5)]: 'a',
      })
    })
  }

  for (const [kind, index] of Object.entries(indexes)) {
    it.each(['in-place', 'at-end'] as const)(
      `move in a snapshot from a row that is gone, and from one that is still to come (${kind}, %s)`,
      async (resync) => {
        const { schema, sink } = await opened(index, { resync })
        await put(sink, reset(2), named(4, 'a', 2))
        await put(sink, named(5, 'b', 2))
        await put(sink, named(2, 'c', 2), named(3, 'x', 2), complete(2, 4))
        expect(await names(schema)).toEqual({
          [idOf(2)]: 'c',
          [idOf(3)]: 'x',
          [idOf(4)]: 'a',
          [idOf(5)]: 'b',
        })
      },
    )

    it(`are swapped in a circle, also with a row that comes back (${kind})`, async () => {
      const { schema, sink } = await opened(index)
      await put(sink, named(1, 'b', 2), named(2, 'c', 2), named(3, 'a', 2))
      expect(await names(schema)).toEqual({ [idOf(1)]: 'b', [idOf(2)]: 'c', [idOf(3)]: 'a' })
      await put(sink, deleted(idOf(1)), named(4, 'b', 3), named(1, 'c', 3), named(2, 'z', 3))
      expect(await names(schema)).toEqual({
        [idOf(1)]: 'c',
        [idOf(2)]: 'z',
        [idOf(3)]: 'a',
        [idOf(4)]: 'b',
      })
    })
  }

  it('that two rows have at once stop the sink, which says what helps and no value', async () => {
    const { sink } = await opened(indexes.constraint)
    await sink.write([named(4, 'secret value', 2), named(5, 'secret value', 2)])
    const error = await sink.commit().catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'sink-failed',
      message: expect.stringMatching(/constraint 'accounts_name_key'.*DEFERRABLE INITIALLY DEFERRED/),
    })
    expect(String((error as Error).cause)).not.toContain('secret')
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret')
  })

  it('of rows that are deleted softly stay taken until the index leaves them out', async () => {
    const { schema, sink } = await opened('CREATE UNIQUE INDEX ON $table (name) WHERE deleted_at IS NULL', {
      deletions: 'soft',
    })
    await put(sink, deleted(idOf(1)), named(4, 'a', 2))
    await put(sink, reset(2), named(4, 'b', 3), named(2, 'a', 3))
    expect(await names(schema)).toMatchObject({ [idOf(1)]: 'a', [idOf(2)]: 'a', [idOf(4)]: 'b' })
  })
}
