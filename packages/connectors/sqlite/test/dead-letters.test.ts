import { readDeadLetters, replayDeadLetters } from '@deltaverse/bad-rows'
import { createClient } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { createSqliteSink } from '@deltaverse/sqlite'
import { replayRows, sync, verify } from '@deltaverse/sync'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { filePlace } from './support/file-place.js'

const place = filePlace()
const select = ['name', 'revenue']
const noLongNames = `CREATE TRIGGER no BEFORE INSERT ON accounts WHEN length(NEW.name) > 10 BEGIN SELECT RAISE(ABORT, 'no'); END`

describe.each(['dead-letter', 'null-and-report'] as const)(
  'what is told of in dead letters (%s)',
  (onBadRow) => {
    let emulator: Emulator
    let client: ReturnType<typeof createClient>
    beforeEach(async () => {
      emulator = await startEmulator()
      client = createClient({ url: emulator.url })
    })
    afterEach(async () => {
      await client.close()
      await emulator.close()
    })

    it('stays owed in a verification, also where it repairs, until it is replayed behind the cure', async () => {
      const path = place.fresh()
      const deadLetterFile = `${path}.letters`
      const parts = () => ({
        name: 'accounts',
        source: createChangeFeed(client, { entitySet: 'accounts', select }),
        sink: createSqliteSink({ file: path, table: 'accounts', onBadRow, deadLetterFile }),
      })
      const accounts = emulator.table('accounts')
      accounts.create({ name: 'Contoso' })
      await sync(parts())
      const database = await place.open(path)
      database.exec(noLongNames)
      const long = accounts.create({ name: 'A name that is too long', revenue: 5 })
      const gone = accounts.create({ name: 'Another that is too long' })
      accounts.create({ name: 'Fabrikam' })
      await sync(parts())
      accounts.update(long, { name: 'As long as it was before' })
      accounts.remove(gone)
      const kind = onBadRow === 'dead-letter' ? 'missing' : 'stale'
      const letters = await readDeadLetters(deadLetterFile)
      expect(letters.map(({ id }) => id).sort()).toEqual([long, gone].sort())
      for (const repair of [false, true]) {
        const summary = await verify({ ...parts(), repair })
        expect(summary).toMatchObject({ ok: false, [kind]: 1, sample: [{ kind, id: long }] })
      }

      database.exec('DROP TRIGGER no')
      database.close()
      const bring = (ids: readonly string[]) => replayRows({ ...parts(), ids })
      expect(await replayDeadLetters(deadLetterFile, bring)).toBe(2)
      expect(await readDeadLetters(deadLetterFile)).toEqual([])
      expect(await verify(parts())).toMatchObject({ ok: true, rowsInTable: 3, rowsInSink: 3 })
      expect(await place.query(path, `SELECT name, revenue FROM accounts WHERE id = '${long}'`)).toEqual([
        { name: 'As long as it was before', revenue: '5' },
      ])
    })
  },
)
