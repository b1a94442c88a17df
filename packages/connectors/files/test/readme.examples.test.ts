// The code between the marks is what the README shows; a check of the repository compares the two.
import { createReadStream, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import type { ChangeEvent, Checkpoint, Sink } from '@deltaverse/core'
import { createFileSink, type FilePosition, type LogManifest } from '@deltaverse/files'
import { type ChangeLine, fromNdjson } from '@deltaverse/node-streams'
import { account, checkpoint, deleted, fullRead, idOf } from '@deltaverse/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

interface Saved {
  readonly position: FilePosition
  readonly checkpoint: Checkpoint
}

let directory: string
let stored: Saved | undefined
const rows = new Map<string, Extract<ChangeLine, { kind: 'upserted' }>>()
const { signal } = new AbortController()
const load = async () => stored
const save = async (saved: Saved) => {
  stored = saved
}
const source = {
  async *read({ checkpoint: from }: { checkpoint?: Checkpoint | undefined; signal: AbortSignal }) {
    const first: readonly ChangeEvent[] = fullRead(1, [account(1), account(2)])
    const delta: readonly ChangeEvent[] = [deleted(idOf(1)), account(3), checkpoint()]
    yield from === undefined ? first : delta
  },
}
const checkpoints = {}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'file-sink-'))
  stored = undefined
  rows.clear()
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

interface SyncLike {
  readonly name: string
  readonly sink: Sink<FilePosition>
  readonly source?: unknown
  readonly checkpoints?: unknown
  readonly signal?: AbortSignal
}

/** What a sync does with its sink, and no more. */
async function sync({ sink }: SyncLike) {
  await sink.open(stored?.position)
  await sink.write(fullRead(1, [account(1), account(2)]))
  stored = { position: await sink.commit(), checkpoint: checkpoint().checkpoint }
  await sink.close()
}

describe('the README', () => {
  it('keeps a log, by a sync and by hand, and reads it', async () => {
    // example: log
    const sink = createFileSink({ directory, name: 'contacts', compress: 'gzip', rotate: { daily: true } })
    await sync({ name: 'contacts', source, sink, checkpoints, signal })
    // end
    // example: manual
    const saved = await load()
    await sink.open(saved?.position)
    for await (const events of source.read({ checkpoint: saved?.checkpoint, signal })) {
      await sink.write(events)
      const last = events.findLast((event) => event.kind === 'checkpoint')
      if (last === undefined) continue
      const position = await sink.commit()
      await save({ position, checkpoint: last.checkpoint }) // before the next commit
    }
    await sink.close()
    // end
    // example: read
    const text = await readFile(join(directory, 'contacts.manifest.json'), 'utf8')
    const manifest: LogManifest = JSON.parse(text)
    const table = manifest.reads.findLast(({ status }) => status === 'complete')
    for (const { file, bytes } of table?.files ?? []) {
      const committed = createReadStream(join(directory, file), { end: bytes - 1 }).pipe(createGunzip())
      for await (const change of fromNdjson<ChangeLine>()(committed)) {
        if (change.kind === 'upserted') rows.set(change.id, change)
        else if (change.kind === 'deleted') rows.delete(change.id)
        // Columns that came later: they belong into the row in this very version.
        else if (rows.get(change.id)?.rowVersion === change.rowVersion) {
          Object.assign(rows.get(change.id)?.row ?? {}, change.row)
        }
      }
    }
    // end
    expect([...rows.keys()]).toEqual([idOf(2), idOf(3)])
  })

  it('keeps a mirror', async () => {
    // example: mirror
    const contacts = createFileSink({ directory, name: 'contacts', mode: 'mirror' })
    // end
    await sync({ name: 'contacts', sink: contacts })
    expect(readdirSync(directory).sort()).toEqual([
      'contacts.manifest.json',
      'contacts.mirror',
      'contacts.ndjson',
    ])
  })
})
