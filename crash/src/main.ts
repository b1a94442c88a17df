import { addTallies, emptyTally, formatTally, isClean } from '@deltaverse/testing/crash'
import { formatOptions, parseOptions, usage } from './lib/options.js'
import { connectorOf, runSeeds } from './lib/run-seeds.js'

let options: ReturnType<typeof parseOptions>
try {
  options = parseOptions(process.argv.slice(2))
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exit(2)
}
if (options === undefined) {
  console.log(usage)
  process.exit(0)
}

const { first, last, workers, connectors, wishes, plant, verbose } = options
let tally = emptyTally
let done = 0
// Ended early, it says how far it has come; a second signal ends it on the spot.
let isStopped = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isStopped = true
  })
}
for await (const result of runSeeds({
  first,
  last,
  workers,
  connectors,
  wishes,
  how: { plant, detailed: verbose },
})) {
  tally = addTallies(tally, result.tally)
  done += 1
  const isBad = result.problems.length > 0
  if (isBad || verbose || first === last) {
    console.log(`seed ${result.seed}${isBad ? ' FAILED' : ''}`)
    for (const line of result.trail) console.log(`  ${line}`)
  }
  if (isBad) {
    const words = formatOptions(options, connectorOf(result.seed, options))
    console.log(`  replay: npm run crash -- --seed ${result.seed} ${words}`)
  }
  if (isStopped) break
  if (process.stderr.isTTY)
    process.stderr.write(`\r${done} of ${last - first + 1} seeds · ${formatTally(tally)} `)
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
if (isStopped) console.log(`stopped after ${done} of ${last - first + 1} seeds`)
console.log(formatTally(tally))
process.exitCode = isClean(tally) ? 0 : 1
