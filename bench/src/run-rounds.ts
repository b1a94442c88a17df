import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { type Case, tableOf } from './plan.js'
import type { CaseResult } from './result.js'
import type { Done } from './run-variant.js'
import { type ServerProcess, startServer } from './server-process.js'
import type { Prepared } from './table.js'
import { runVariant } from './variant-process.js'

/** Where cases run: a server in a process of its own, and a folder. */
export interface Bench {
  readonly server: ServerProcess
  readonly folder: string
  readonly certificateFile: string
  readonly showProgress: (text: string) => void
}

export async function withBench<T>(
  folder: string,
  showProgress: (text: string) => void,
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  const certificateFile = join(folder, 'cert.pem')
  await writeFile(certificateFile, cert)
  const server = await startServer(key, cert)
  try {
    return await work({ server, folder, certificateFile, showProgress })
  } finally {
    await server.stop()
    showProgress('')
  }
}

/** Every case once, then every case again: what disturbs the machine for a while disturbs all of them. */
export async function runRounds(
  bench: Bench,
  cases: readonly Case[],
  rounds: number,
): Promise<readonly CaseResult[]> {
  const results = cases.map((one) => ({ case: one, rows: 0, bytes: 0, costs: [] as Done['cost'][] }))
  for (let round = 1; round <= rounds; round += 1) {
    for (const result of results) {
      bench.showProgress(`round ${round} of ${rounds}: ${result.case.variant}, ${result.case.wire}`)
      const served = await bench.server.prepare(tableOf(result.case))
      const { seen, cost } = await runCase(bench, result.case, served)
      if ((seen.rows ?? served.rows) !== served.rows || (seen.bytes ?? served.bytes) !== served.bytes) {
        throw new Error(`"${result.case.variant}" saw ${JSON.stringify(seen)} of ${JSON.stringify(served)}`)
      }
      result.rows = served.rows
      result.bytes = served.bytes
      result.costs.push(cost)
    }
  }
  return results
}

/** Each in a folder of its own, so that none has the files of another to replace. */
async function runCase(bench: Bench, { variant, pageSize }: Case, served: Prepared): Promise<Done> {
  const folder = await mkdtemp(join(bench.folder, 'run-'))
  try {
    const source = { serviceRoot: served.serviceRoot, pageSize, outFile: join(folder, 'out') }
    return await runVariant({ variant, source }, bench.certificateFile)
  } finally {
    await rm(folder, { recursive: true })
  }
}
