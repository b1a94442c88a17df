import { Worker } from 'node:worker_threads'
import type { SeedOptions, SeedResult } from './run-seed.js'
import type { ScenarioWishes } from './scenario.js'
import { createSeedRunner } from './seed-runner.js'

export interface SeedsOptions {
  readonly first: number
  readonly last: number
  readonly workers: number
  readonly wishes: ScenarioWishes
  /** How each seed is run. */
  readonly how: SeedOptions
}

/** Runs all seeds and gives each result as it comes. */
export async function* runSeeds(options: SeedsOptions): AsyncGenerator<SeedResult, void, undefined> {
  if (options.workers === 1) yield* runHere(options)
  else yield* runInThreads(options)
}

async function* runHere({
  first,
  last,
  wishes,
  how,
}: SeedsOptions): AsyncGenerator<SeedResult, void, undefined> {
  const runner = createSeedRunner()
  try {
    for (let seed = first; seed <= last; seed += 1) yield await runner.run(seed, wishes, how)
  } finally {
    await runner.close()
  }
}

async function* runInThreads(options: SeedsOptions): AsyncGenerator<SeedResult, void, undefined> {
  const { first, last, workers, wishes, how } = options
  const results: SeedResult[] = []
  let next = first
  let failure: unknown
  let wake = (): void => {}
  const threads = Array.from({ length: Math.min(workers, last - first + 1) }, () => {
    const thread = new Worker(new URL('../thread.js', import.meta.url), { workerData: { wishes, how } })
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
