import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { compareWays } from '../src/one-call/compare-ways.js'

describe('a row that names account, contact, region, owner and status by the words of people', () => {
  it('takes seven requests the old way and one here; a thousand take few', async () => {
    const states: Record<string, unknown>[][] = []
    const compared = await compareWays(1_000, (emulator) => {
      states.push(emulator.table('accounts').rows())
    })
    expect(compared).toMatchObject({ oldWay: 7, firstRow: 7, furtherRow: 1, rows: 1_000 })
    expect(compared.manyRows).toBeLessThan(60)

    const [byOldWay, byFirst, byFurther, byWriter] = states.map((rows) => {
      return new Map(rows.map(({ accountnumber, ...row }) => [accountnumber, row]))
    })
    const untouched = { name: 'As it was', _primarycontactid_value: null }
    expect(byOldWay!.get('C-1')).toMatchObject(untouched)
    expect(byFurther!.get('C-3')).toMatchObject(untouched)
    // What a row says in the end does not depend on the way.
    const says = [
      'name',
      '_primarycontactid_value',
      '_new_regionid_value',
      '_ownerid_value',
      'statecode',
      'statuscode',
    ]
    const pick = (row: object | undefined) => says.map((name) => (row as Record<string, unknown>)[name])
    expect(pick(byWriter!.get('C-0'))).toEqual(pick(byOldWay!.get('C-0')))
    expect(pick(byWriter!.get('C-1'))).toEqual(pick(byFirst!.get('C-1')))
    expect(pick(byWriter!.get('C-2'))).toEqual(pick(byFurther!.get('C-2')))
    expect(pick(byOldWay!.get('C-0')).slice(-2)).toEqual([1, 2])
    for (const [number, row] of byWriter!) {
      const at = Number(String(number).slice(2))
      expect(row).toMatchObject({ name: `Customer ${at}`, statecode: at % 10 === 0 ? 1 : 0 })
      expect(row._primarycontactid_value).not.toBeNull()
    }
  })

  it('can be seen by who runs it', async () => {
    const program = fileURLToPath(new URL('../dist/one-call.js', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [program])
    expect(stdout).toMatch(
      / {4}7 {2}the old way.*\n.* {4}7 {2}here, for the first.*\n.* {4}1 {2}here, for each further/,
    )
  })
})
