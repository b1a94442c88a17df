import assert from 'node:assert/strict'
import type { ContractCase } from './contract-case.js'
import type { SourceHarness } from './source-harness.js'
import { held, lastCheckpoint, sourceCase } from './source-session.js'

const many = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
const nobody = '00000000-0000-4000-8000-00000000dead'

/** How a source is called, and what it can tell besides changes. */
export function sourceCallCases(harness: SourceHarness): readonly ContractCase[] {
  const nameOf = (row: Readonly<Record<string, unknown>>): unknown =>
    (harness.nameOf ?? (({ name }) => name))(row)
  return [
    sourceCase(harness, 'tells each change in one way', async (session) => {
      await session.fill([1, 2])
      await harness.remove(2)
      for (const event of await session.read()) {
        if (event.kind !== 'upserted' && event.kind !== 'deleted') continue
        assert.equal(event.table, session.source.table)
        assert.notEqual(event.id, '')
        if (event.kind === 'deleted') continue
        assert.deepEqual(
          event.row,
          JSON.parse(new TextDecoder().decode(event.bytes)),
          'row and bytes say the same',
        )
        assert.match(event.rowVersion ?? '0', /^\d+$/, 'a version is digits')
      }
    }),

    sourceCase(harness, 'names the same source in each checkpoint, and after a restart', async (session) => {
      await session.fill([1])
      const { source } = lastCheckpoint(await session.read())
      const other = await harness.reopen()
      assert.equal(source, session.source.id)
      assert.equal(other.id, session.source.id)
    }),

    sourceCase(harness, 'stops when the signal aborts, with its reason', async (session) => {
      await session.fill(many)
      const reason = new Error('no more')
      const early = session.source.read({ signal: AbortSignal.abort(reason) })[Symbol.asyncIterator]()
      await assert.rejects(early.next(), (error) => error === reason)
      const controller = new AbortController()
      const late = session.source.read({ signal: controller.signal })[Symbol.asyncIterator]()
      await late.next()
      controller.abort(reason)
      await assert.rejects(
        async () => {
          for (let step = await late.next(); step.done !== true; step = await late.next());
        },
        (error) => error === reason,
      )
    }),

    sourceCase(harness, 'can be left in the middle, and read again', async (session) => {
      const ids = await session.fill(many)
      for await (const group of session.source.read())
        if (group.some(({ kind }) => kind === 'upserted')) break
      assert.deepEqual([...held(harness, await session.read()).keys()].sort(), [...ids].sort())
    }),

    sourceCase(harness, 'tells a schema with a key, and the members of its rows', async (session) => {
      await session.fill([1])
      const schema = await session.source.schema?.()
      if (schema === undefined) return
      const names = new Set(schema.columns.map(({ name }) => name))
      assert.ok(schema.primaryKey.length > 0, 'a table has a key')
      for (const key of schema.primaryKey) assert.ok(names.has(key), `the key ${key} is a column`)
      const members = new Set(schema.columns.map(({ name, member = name }) => member))
      for (const event of await session.read()) {
        if (event.kind !== 'upserted') continue
        for (const member of Object.keys(event.row)) {
          assert.ok(member.includes('@') || members.has(member), `${member} is a column`)
        }
      }
    }),

    sourceCase(harness, 'tells keys and versions of all rows, as its changes do', async (session) => {
      const { keys, count } = session.source
      await session.fill(many)
      const versions = new Map<string, string | undefined>()
      for (const event of await session.read()) {
        if (event.kind === 'upserted') versions.set(event.id, event.rowVersion)
      }
      if (keys !== undefined) {
        const told = new Map<string, string | undefined>()
        for await (const group of keys.call(session.source)) {
          for (const { id, rowVersion } of group) told.set(id, rowVersion)
        }
        assert.deepEqual(sortedEntries(told), sortedEntries(versions))
      }
      const counted = await count?.call(session.source)
      if (counted?.certainty === 'exact') assert.equal(counted.rows, 10)
    }),

    sourceCase(
      harness,
      'tells the rows of ids as they are now, and nothing of those that are gone',
      async (session) => {
        const { rows } = session.source
        const [first, second, third] = await session.fill([1, 2, 3])
        if (rows === undefined) return
        await harness.upsert(1, 'now 1')
        await harness.remove(2)
        const told = new Map<string, unknown>()
        const ids = [first, second, third, nobody].map(String)
        for await (const group of rows.call(session.source, ids)) {
          for (const { id, row } of group) told.set(id, nameOf(row))
        }
        assert.deepEqual(
          sortedEntries(told),
          sortedEntries(
            new Map([
              [String(first), 'now 1'],
              [String(third), 'first 3'],
            ]),
          ),
        )
      },
    ),

    sourceCase(harness, 'reads some columns of all rows, and goes on from any group', async (session) => {
      const { readColumns } = session.source
      const ids = await session.fill(many)
      if (readColumns === undefined) return
      const columns = [harness.nameMember ?? 'name']
      const groups: { readonly ids: readonly string[]; readonly cursor: unknown }[] = []
      for await (const { rows, cursor } of readColumns.call(session.source, columns)) {
        for (const { row } of rows) assert.match(String(nameOf(row)), /^first /)
        groups.push({ ids: rows.map(({ id }) => id), cursor })
      }
      assert.deepEqual(groups.flatMap((group) => group.ids).sort(), [...ids].sort())
      for (const [at, { cursor }] of groups.entries()) {
        if (cursor === undefined) continue
        const rest: string[] = []
        const saved = JSON.parse(JSON.stringify(cursor)) as never
        for await (const { rows } of readColumns.call(session.source, columns, { cursor: saved })) {
          rest.push(...rows.map(({ id }) => id))
        }
        const seen = new Set([...groups.slice(0, at + 1).flatMap((group) => group.ids), ...rest])
        assert.deepEqual([...seen].sort(), [...ids].sort(), `going on behind group ${at + 1}`)
      }
    }),
  ]
}

function sortedEntries(map: ReadonlyMap<string, unknown>): readonly (readonly [string, unknown])[] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1))
}
