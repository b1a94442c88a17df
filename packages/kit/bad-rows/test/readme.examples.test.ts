// The code between the marks is what the README shows; a check of the repository compares the two.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { replayDeadLetters as replayFile } from '@deltaverse/bad-rows'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'bad-rows-readme-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the README', () => {
  it('takes the rows of a file of dead letters up again', async () => {
    const letter = { id: '1', kind: 'upserted', why: 'is too long', kept: 'nothing', at: '', target: 't' }
    writeFileSync(join(folder, 'accounts.dead-letters.ndjson'), `${JSON.stringify(letter)}\n`)
    const name = 'accounts'
    const replayed: unknown[] = []
    const replayRows = async (what: { name: string; ids: readonly string[] }) => void replayed.push(what)
    const said: string[] = []
    const report = (line: string) => void said.push(line)
    const replayDeadLetters: typeof replayFile = (path, bring) => replayFile(join(folder, path), bring)
    // example: replay
    const rows = await replayDeadLetters('accounts.dead-letters.ndjson', (ids) => replayRows({ name, ids }))
    report(`${rows} rows were tried again`)
    // end
    expect([replayed, said]).toEqual([[{ name, ids: ['1'] }], ['1 rows were tried again']])
  })
})
