/** A thread that runs the seeds it is told. */
import { parentPort, workerData } from 'node:worker_threads'
import { type SeedsOptions, wishesOf } from './lib/run-seeds.js'
import { createSeedRunner } from './lib/seed-runner.js'

const { how, ...choice } = workerData as Pick<SeedsOptions, 'connectors' | 'wishes' | 'how'>
const runner = createSeedRunner()
parentPort?.on('message', async (message: number | 'end') => {
  if (message === 'end') {
    await runner.close()
    parentPort?.close()
  } else parentPort?.postMessage(await runner.run(message, wishesOf(message, choice), how))
})
