import { compareWays } from './one-call/compare-ways.js'

const { oldWay, firstRow, furtherRow, manyRows, rows } = await compareWays(1_000)
console.log(`A row that names its account by number, its contact by e-mail, its region by code, its owner by user name and its status
by label takes, in requests:

  ${String(oldWay).padStart(5)}  the old way: four look-ups, update, SetState, Assign
  ${String(firstRow).padStart(5)}  here, for the first row of a job: six ask for definitions
  ${String(furtherRow).padStart(5)}  here, for each further row
  ${String(manyRows).padStart(5)}  here, for ${rows.toLocaleString('en-US')} rows by the writer; the old way ${(oldWay * rows).toLocaleString('en-US')}`)
