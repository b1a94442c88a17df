// The code between the marks is what the README shows; a check of the repository compares the two.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { acquireFileLock, makeFolder, nodeFiles, replaceFile, safeFileName } from '@deltaverse/durable-files'
import { createMemoryDisk, interceptFiles } from '@deltaverse/durable-files/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let parent: string
let directory: string
let told: string[]
const report = (line: string) => told.push(line)

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'durable-'))
  directory = join(parent, 'a', 'b')
  told = []
})
afterEach(() => rmSync(parent, { recursive: true, force: true }))

describe('the README', () => {
  it('replaces a file under a lock', async () => {
    // example: replace
    await makeFolder(nodeFiles, directory)
    const path = join(directory, `${safeFileName('Sales/Orders')}.json`)

    const lock = await acquireFileLock(`${path}.lock`, 'the orders')
    try {
      await replaceFile(path, JSON.stringify({ seen: 17 }))
    } finally {
      await lock.release()
    }
    // end
    expect(readdirSync(directory)).toEqual(['%53ales%2f%4frders.json'])
  })

  it('loses power in a test', async () => {
    // example: disk
    const disk = createMemoryDisk()
    await replaceFile('/state.json', 'old', { files: disk.files })

    for (let last = 0; ; last++) {
      const files = interceptFiles(disk.files, ({ number, operation }) => {
        if (number > last) throw new Error(`killed before ${operation}`)
      })
      const outcome = await replaceFile('/state.json', 'new', { files }).catch(() => 'killed')
      disk.cutPower('all-lost')
      report(disk.contentOf('/state.json').toString())
      if (outcome !== 'killed') break
    }
    // end
    expect(told).toEqual([...told.slice(0, -1).map(() => 'old'), 'new'])
    expect(told.length).toBeGreaterThan(4)
  })
})
