import { readFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FingerprintRow } from '@deltaverse/core'
import { createFingerprints } from '@deltaverse/fingerprints'
import { commitSize, type ManyRowsRun, type Phase } from './fingerprint-job.js'

/** Fills a fingerprint store, shows it the same rows in another order and some of them changed, and asks what is gone. */
export interface ManyRowsJob {
  readonly kind: 'many rows'
  readonly rows: number
  readonly directory: string
}

type Memory = Phase['peak']

/** Of a row without annotations. */
const rowBytes = 240

/** Fills a fingerprint store, shows it all rows again in another order (one in 25 changed, one in 100 gone), and removes what is gone. */
export async function runManyRows({ rows: count, directory }: ManyRowsJob): Promise<ManyRowsRun> {
  const fingerprints = createFingerprints({ directory })
  await fingerprints.open(undefined)
  const phases: Phase[] = []

  async function phase(name: string, work: (sample: () => void) => Promise<number>): Promise<void> {
    let peak: Memory = { anonymousMb: 0, fileMb: 0 }
    const sample = () => {
      const { anonymousMb, fileMb } = memoryNow()
      peak = { anonymousMb: Math.max(peak.anonymousMb, anonymousMb), fileMb: Math.max(peak.fileMb, fileMb) }
    }
    const cpuBefore = process.cpuUsage()
    const writtenBefore = writtenBytes()
    const startMs = performance.now()
    const rows = await work(sample)
    const wallMs = performance.now() - startMs
    const cpu = process.cpuUsage(cpuBefore)
    sample()
    const cpuMs = (cpu.user + cpu.system) / 1_000
    phases.push({ name, rows, wallMs, cpuMs, writtenBytes: writtenBytes() - writtenBefore, peak })
  }

  async function recordAll(
    rows: Iterable<FingerprintRow>,
    epoch: number,
    sample: () => void,
  ): Promise<number> {
    let recorded = 0
    for (const group of groupsOf(rows)) {
      await fingerprints.record(group, epoch)
      await fingerprints.commit()
      recorded += group.length
      sample()
    }
    return recorded
  }

  await phase('first read: every row is new', (sample) => recordAll(rowsInOrder(count), 1, sample))
  await phase('resync: 95 of 100 rows are unchanged', (sample) => recordAll(rowsOfResync(count), 2, sample))
  const gone: string[] = []
  await phase('scan for what is gone', async (sample) => {
    for await (const group of fingerprints.stale(2)) {
      gone.push(...group)
      sample()
    }
    return count
  })
  await phase('removal of what is gone', async (sample) => {
    for (const group of groupsOf(gone)) {
      await fingerprints.remove(group)
      await fingerprints.commit()
      sample()
    }
    return gone.length
  })
  if (fingerprints.count() !== count - Math.ceil(count / 100))
    throw new Error(`${fingerprints.count()} of ${count} rows are left`)
  await fingerprints.close()
  return { phases, diskMb: await diskMbOf(directory) }
}

function* rowsInOrder(count: number): Generator<FingerprintRow> {
  for (let number = 0; number < count; number += 1) yield rowOf(number, 1)
}

function* rowsOfResync(count: number): Generator<FingerprintRow> {
  // A prime, so that every row comes once, far from the one before.
  const stride = 7_368_787
  let number = 0
  for (let step = 0; step < count; step += 1) {
    number = (number + stride) % count
    if (number % 100 !== 0) yield rowOf(number, number % 25 === 1 ? 2 : 1)
  }
}

const rowTemplate = Buffer.alloc(rowBytes, 'x')

/** Ids are as scattered as random ones; the number in them keeps them apart. */
function rowOf(number: number, version: number): FingerprintRow {
  const spread = (seed: number) => (Math.imul(number + seed, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
  const [a, b] = [spread(1), spread(77)]
  const id = `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8000-${number.toString(16).padStart(12, '0')}`
  const bytes = Buffer.from(rowTemplate)
  bytes.write(`${id} ${version}`)
  return { id, bytes }
}

function* groupsOf<T>(items: Iterable<T>): Generator<T[]> {
  let group: T[] = []
  for (const item of items) {
    group.push(item)
    if (group.length < commitSize) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

/** Where the system does not tell, all of it counts as anonymous. */
function memoryNow(): Memory {
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(procFile('status'))?.[1])
  const [anonymous, file] = [kilobytes('RssAnon'), kilobytes('RssFile')]
  if (Number.isNaN(anonymous + file)) return { anonymousMb: process.memoryUsage.rss() / 2 ** 20, fileMb: 0 }
  return { anonymousMb: anonymous / 1_024, fileMb: file / 1_024 }
}

/** 0 where the system does not tell. */
function writtenBytes(): number {
  return Number(/^write_bytes: (\d+)/m.exec(procFile('io'))?.[1] ?? 0)
}

function procFile(name: string): string {
  try {
    return readFileSync(`/proc/self/${name}`, 'utf8')
  } catch {
    return ''
  }
}

async function diskMbOf(directory: string): Promise<number> {
  let bytes = 0
  for (const name of await readdir(directory)) bytes += (await stat(join(directory, name))).size
  return bytes / 1e6
}
