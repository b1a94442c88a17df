import { Worker } from 'node:worker_threads'
import type { SeedOptions, SeedResult } from './run-seed.js'
import type { ScenarioWishes } from './scenario.js'
import { createSeedRunner } from './seed-runner.js'
import { targetOf } from './targets/targets.js'

export interface SeedsOptions {
  readonly first: number
  readonly last: number
  readonly workers: number
  /** Whose sinks are crashed, in turn. */
  readonly connectors: readonly string[]
  readonly wishes: ScenarioWishes
  /** How each seed is run. */
  readonly how: SeedOptions
}

/** Whose sink a seed crashes. */
export function connectorOf(seed: number, { connectors }: Pick<SeedsOptions, 'connectors'>): string {
  return connectors[(seed - 1) % connectors.length] ?? 'files'
}

/** What a seed has to use. */
export function wishesOf(
  seed: number,
  { connectors, wishes }: Pick<SeedsOptions, 'connectors' | 'wishes'>,
): ScenarioWishes {
  const connector = connectorOf(seed, { connectors })
  const mode = targetOf(connector).standsOnFiles ? {} : ({ mode: 'table' } as const)
  return { ...wishes, sink: { ...wishes.sink, connector, ...mode } }
}

/** Runs all seeds and gives each result as it comes. */
export async function* runSeeds(options: SeedsOptions): AsyncGenerator<SeedResult, void, undefined> {
  if (options.workers === 1) yield* runHere(options)
  else yield* runInThreads(options)
}

async function* runHere({
  first,
  last,
  how,
  ...choice
}: SeedsOptions): AsyncGenerator<SeedResult, void, undefined> {
  const runner = createSeedRunner()
  try {
    for (let seed = first; seed <= last; seed += 1) yield await runner.run(seed, wishesOf(seed, choice), how)
  } finally {
    await runner.close()
  }
}

async function* runInThreads(options: SeedsOptions): AsyncGenerator<SeedResult, void, undefined> {
  const { first, last, workers, connectors, wishes, how } = options
  const results: SeedResult[] = []
  let next = first
  let failure: unknown
  let wake = (): void => {}
  const threads = Array.from({ length: Math.min(workers, last - first + 1) }, () => {
    const thread = new Worker(new URL('../thread.js', import.meta.url), {
      workerData: { connectors, wishes, how },
    })
    thread.on('message', (result: SeedResult) => {
      results.push(result)
      thread.postMessage(next <= last ? next++ : 'end')
      wake()
    })
    thread.on('error', (error) => {
      failure = error
      wake()
    })
    thread.postMessage(next++)
    return thread
  })
  try {
    for (let left = last - first + 1; left > 0; ) {
      const result = results.shift()
      if (result !== undefined) {
        left -= 1
        yield result
      } else if (failure !== undefined) throw failure
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}
