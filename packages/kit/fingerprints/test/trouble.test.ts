import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Fingerprints } from '@deltaverse/core'
import { createFingerprints } from '@deltaverse/fingerprints'
import { ClassicLevel } from 'classic-level'
import { beforeEach, describe, expect, it } from 'vitest'
import { fingerprintRow } from './support/known-rows.js'
import { temporaryFolder } from './support/temporary-folder.js'

const rows = Array.from({ length: 3_000 }, (_, number) => fingerprintRow(number, 1))
let directory: string

beforeEach(async () => {
  directory = join(await temporaryFolder(), 'accounts')
})

/** Fingerprint stores of a test are closed by it, or with its folder. */
async function openAt(
  mark: string | undefined,
): Promise<{ readonly fingerprints: Fingerprints; readonly known: boolean }> {
  const fingerprints = createFingerprints({ directory })
  return { fingerprints, known: await fingerprints.open(mark) }
}

/** A fingerprint store of 3,000 rows on disk, closed. @returns its last two marks */
async function fill(): Promise<readonly [string, string]> {
  const { fingerprints } = await openAt(undefined)
  await fingerprints.record(rows.slice(0, 1_500), 1)
  const before = await fingerprints.commit()
  await fingerprints.record(rows, 1)
  const mark = await fingerprints.commit()
  await fingerprints.close()
  return [before, mark]
}

describe('a directory that is in use', () => {
  it('is refused within the process, and free once it is closed', async () => {
    const [, mark] = await fill()
    const { fingerprints } = await openAt(mark)
    await expect(openAt(mark)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(directory),
    })
    await expect(openAt(undefined)).rejects.toMatchObject({ code: 'conflict' })
    expect(await fingerprints.record(rows.slice(0, 1), 1)).toEqual(['unchanged'])
    await fingerprints.close()
    const { fingerprints: next, known } = await openAt(mark)
    expect(known).toBe(true)
    await next.close()
  })

  it('is refused across processes, and free once the other has died', async () => {
    const [, mark] = await fill()
    const program = fileURLToPath(new URL('./support/holding-child.mjs', import.meta.url))
    const holder = spawn(process.execPath, [program, directory, mark], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(holder, 'close')
    try {
      await Promise.race([
        once(holder.stdout, 'data'),
        ended.then(() => expect.unreachable('the holder ended')),
      ])
      await expect(openAt(mark)).rejects.toMatchObject({ code: 'conflict' })
    } finally {
      holder.kill('SIGKILL')
      await ended
    }
    const { fingerprints, known } = await openAt(mark)
    expect({ known, count: fingerprints.count() }).toEqual({ known: true, count: 3_000 })
    await fingerprints.close()
  })
})

describe('a directory that cannot be used', () => {
  it('is refused as sink-failed', async () => {
    await writeFile(directory, 'a file')
    await expect(openAt(undefined)).rejects.toMatchObject({
      code: 'sink-failed',
      message: expect.stringMatching(/this process may write there/),
    })
  })

  it('is refused when it holds the store of something else, which stays as it is', async () => {
    const other = new ClassicLevel(directory)
    await other.put('somebody', 'else')
    await other.close()
    for (const mark of [undefined, '1-abc']) {
      await expect(openAt(mark)).rejects.toMatchObject({ code: 'sink-mismatch' })
    }
    const again = new ClassicLevel(directory)
    expect(await again.get('somebody')).toBe('else')
    await again.close()
  })

  it('is refused when a later version wrote it, and stays as it is', async () => {
    await fill()
    const later = new ClassicLevel(directory)
    await later.put('h', '{"format":2}')
    await later.close()
    for (const mark of [undefined, '1-abc']) {
      await expect(openAt(mark)).rejects.toMatchObject({
        code: 'checkpoint-invalid',
        message: expect.stringContaining('later version'),
      })
    }
  })

  it('keeps files of others when it is emptied', async () => {
    await fill()
    await writeFile(join(directory, 'notes.txt'), 'mine')
    const { fingerprints } = await openAt(undefined)
    expect(fingerprints.count()).toBe(0)
    await fingerprints.close()
    expect(await readFile(join(directory, 'notes.txt'), 'utf8')).toBe('mine')
  })
})

describe('a store that was put back from a copy', () => {
  it('does not know the marks that came after the copy, and is empty', async () => {
    const [, mark] = await fill()
    const copy = `${directory}-copy`
    await cp(directory, copy, { recursive: true })
    const { fingerprints } = await openAt(mark)
    await fingerprints.record(rows.slice(0, 10), 2)
    const later = await fingerprints.commit()
    await fingerprints.close()

    await rm(directory, { recursive: true })
    await cp(copy, directory, { recursive: true })
    const restored = await openAt(later)
    expect({ known: restored.known, count: restored.fingerprints.count() }).toEqual({
      known: false,
      count: 0,
    })
    await restored.fingerprints.close()
  })

  it('does not take a commit of its own for one of the original', async () => {
    const [, mark] = await fill()
    const copy = `${directory}-copy`
    await cp(directory, copy, { recursive: true })
    const { fingerprints } = await openAt(mark)
    await fingerprints.record(rows.slice(0, 10), 2)
    const later = await fingerprints.commit()
    await fingerprints.close()

    const other = createFingerprints({ directory: copy })
    await other.open(mark)
    await other.record(rows.slice(0, 20), 2)
    await other.commit()
    await other.close()
    const again = createFingerprints({ directory: copy })
    expect(await again.open(later)).toBe(false)
    await again.close()
  })
})

describe('a store that is damaged', () => {
  const damages: Readonly<Record<string, (file: string) => Promise<void>>> = {
    'cut in half': async (file) => truncate(file, Math.floor((await readFile(file)).length / 2)),
    'overwritten with nothing': async (file) => writeFile(file, Buffer.alloc((await readFile(file)).length)),
    'overwritten with chance': async (file) => {
      const bytes = await readFile(file)
      for (let at = 0; at < bytes.length; at++) bytes[at] = Math.imul(at + 1, 0x9e3779b1) >>> 24
      await writeFile(file, bytes)
    },
    removed: (file) => rm(file),
  }
  const kinds = { table: /\.ldb$/, log: /^\d+\.log$/, manifest: /^MANIFEST/, pointer: /^CURRENT$/ }

  for (const [kind, name] of Object.entries(kinds)) {
    it.each(Object.entries(damages))(`never knows half of its rows: ${kind} %s`, async (_, damage) => {
      const mark = await fillTablesAndLog()
      const file = (await readdir(directory)).find((found) => name.test(found))
      if (file === undefined) throw new Error(`there is no ${kind}`)
      await damage(join(directory, file))

      const fingerprints = createFingerprints({ directory })
      const outcome = await lookAtAll(fingerprints, mark).catch((error: unknown) => error)
      await fingerprints.close()
      if (outcome instanceof Error) {
        const code = outcome.message.includes('IO error') ? 'sink-failed' : 'checkpoint-invalid'
        expect(outcome).toMatchObject({ code })
        expect(outcome.message).toMatch(/the next sync then reads the table in full/)
      } else expect(outcome).toBeOneOf(['empty', 'all'])

      await rm(directory, { recursive: true })
      const { fingerprints: fresh, known } = await openAt(mark)
      expect({ known, count: fresh.count() }).toEqual({ known: false, count: 0 })
      await fresh.close()
    })
  }

  it('is found out when its log lost a commit in the middle, which the log itself does not tell', async () => {
    const { fingerprints } = await openAt(undefined)
    let mark = await fingerprints.commit()
    for (let at = 0; at < 3_000; at += 300) {
      await fingerprints.record(rows.slice(at, at + 300), 1)
      mark = await fingerprints.commit()
    }
    await fingerprints.close()
    const log = (await readdir(directory)).find((name) => name.endsWith('.log')) ?? ''
    const bytes = await readFile(join(directory, log))
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 100)
    await writeFile(join(directory, log), bytes)
    await expect(openAt(mark)).rejects.toMatchObject({
      code: 'checkpoint-invalid',
      message: expect.stringMatching(/commit \d+ wrote is not all there.*Remove the directory/),
    })
  })

  it('is found out when its header is damaged', async () => {
    const [, mark] = await fill()
    const store = new ClassicLevel(directory)
    await store.put('h', '{"format":1,"commits":')
    await store.close()
    await expect(openAt(mark)).rejects.toMatchObject({
      code: 'checkpoint-invalid',
      message: expect.stringContaining('Remove the directory'),
    })
  })

  /** Rows in a table file, and later ones in the log only. */
  async function fillTablesAndLog(): Promise<string> {
    const [, mark] = await fill()
    // Opening moves what the log holds to a table.
    const { fingerprints } = await openAt(mark)
    await fingerprints.record(
      rows.map(({ id }) => ({ id, bytes: Buffer.from('another version') })),
      1,
    )
    const last = await fingerprints.commit()
    await fingerprints.close()
    return last
  }

  async function lookAtAll(fingerprints: Fingerprints, mark: string): Promise<'empty' | 'all'> {
    if (!(await fingerprints.open(mark))) {
      expect(fingerprints.count()).toBe(0)
      return 'empty'
    }
    let stale = 0
    for await (const group of fingerprints.stale(9)) stale += group.length
    expect(stale).toBe(3_000)
    return 'all'
  }
})

describe('a disk that is full', () => {
  const title = 'is told as sink-failed, and what was committed is there once there is room'
  it.skipIf(process.platform === 'win32')(`${title} (needs ulimit, so not on Windows)`, async () => {
    const [, mark] = await fill()
    const program = fileURLToPath(new URL('./support/full-disk-child.mjs', import.meta.url))
    // No file may grow beyond 1 MB: the nearest thing to a full disk that needs no rights.
    const command = `trap '' XFSZ; ulimit -f 1024; exec "${process.execPath}" "${program}" "${directory}" "${mark}"`
    const child = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
    })
    await once(child, 'close')
    const { error, next, mark: last, committed } = JSON.parse(said)
    expect(error).toMatchObject({ code: 'sink-failed', message: expect.stringMatching(/room on the disk/) })
    expect(next).toBe('bad-request')

    const { fingerprints, known } = await openAt(last)
    expect({ known, count: fingerprints.count() }).toEqual({ known: true, count: committed })
    await fingerprints.close()
  })
})
