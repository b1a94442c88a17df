import { formatTable } from '../report.js'
import { bestOf, type LimitedResult, rowsOverBest, rowsWithin, wholeWindows } from './limited-plan.js'
import { rowsAllowed } from './limited-scenario.js'
import type { LimitedDone } from './run-limited.js'
import type { WriterFindings } from './writer-bars.js'

/** What the loads under limits came to: first as shares, by seed, and then each run that counts. */
export function limitedSection({ main, compared }: WriterFindings): readonly string[] {
  if (main === undefined) return []
  return [
    '## Under the limits of the service',
    'The rows of the governor in whole windows, by what they are a share of:',
    formatTable(
      [
        'load',
        'seed',
        '÷ best fixed',
        'which is',
        '÷ best schedule',
        'which is',
        '÷ limits',
        '429s ÷ requests',
      ],
      [main, ...compared].map(shareRow),
    ),
    'The runs themselves:',
    formatTable(
      [
        'load',
        'seed',
        'rows',
        'ms a row',
        'at a time',
        's',
        'whole windows',
        'rows in them',
        'requests',
        '429s',
        'most at a time',
        'real s',
      ],
      [main, ...compared].flatMap(runRows),
    ),
  ]
}

function shareRow(result: LimitedResult): readonly string[] {
  const { scenario, governed, fixed, scheduled } = result
  const windows = wholeWindows(result)
  return [
    scenario.name,
    String(scenario.seed ?? ''),
    percent(rowsOverBest(result, fixed)),
    String(bestOf(result, fixed)?.concurrency ?? ''),
    percent(rowsOverBest(result, scheduled)),
    bestOf(result, scheduled)?.concurrency.join(', ') ?? '',
    percent(rowsWithin(governed, windows) / rowsAllowed(scenario, windows)),
    percent(governed.refused / (governed.requests + governed.refused)),
  ]
}

function percent(share: number | undefined): string {
  return share === undefined ? '' : `${(share * 100).toFixed(share < 0.01 ? 3 : 1)} %`
}

/** The governor's run, of the fixed ones the best and the one with the most requests at a time, and the best schedule. */
function runRows(result: LimitedResult): readonly (readonly string[])[] {
  const { scenario, governed, fixed, scheduled } = result
  const windows = wholeWindows(result)
  const row = (title: string, done: LimitedDone): readonly string[] => [
    scenario.name,
    String(scenario.seed ?? ''),
    scenario.rows.toLocaleString('en-US'),
    String(scenario.rowMs),
    title,
    (done.elapsedMs / 1_000).toFixed(0),
    String(windows),
    rowsWithin(done, windows).toLocaleString('en-US'),
    done.requests.toLocaleString('en-US'),
    String(done.refused),
    String(done.peakConcurrency),
    (done.realMs / 1_000).toFixed(0),
  ]
  const rows = [row('governor', governed)]
  const [best, last, planned] = [bestOf(result, fixed), fixed.at(-1), bestOf(result, scheduled)]
  if (best !== undefined) rows.push(row(`${best.concurrency}, the best`, best.done))
  if (last !== undefined && last !== best) rows.push(row(String(last.concurrency), last.done))
  if (planned !== undefined) rows.push(row(`by phase ${planned.concurrency.join(', ')}`, planned.done))
  return rows
}
