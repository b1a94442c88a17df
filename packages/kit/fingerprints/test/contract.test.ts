import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFingerprints } from '@deltaverse/fingerprints'
import { fingerprintsContract } from '@deltaverse/testing'
import { describe, it } from 'vitest'

describe('a fingerprint store', () => {
  let parent: string
  const open = () => createFingerprints({ directory: join(parent, 'accounts') })
  const cases = fingerprintsContract({
    async create() {
      parent = await mkdtemp(join(tmpdir(), 'fingerprints-'))
      return open()
    },
    reopen: open,
    dispose: () => rm(parent, { recursive: true }),
  })
  for (const { name, run } of cases) it(name, run)
})
