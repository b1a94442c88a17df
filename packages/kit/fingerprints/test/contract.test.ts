import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRowLedger } from '@deltaverse/fingerprints'
import { rowLedgerContract } from '@deltaverse/testing'
import { describe, it } from 'vitest'

describe('a row ledger', () => {
  let parent: string
  const open = () => createRowLedger({ directory: join(parent, 'accounts') })
  const cases = rowLedgerContract({
    async create() {
      parent = await mkdtemp(join(tmpdir(), 'row-ledger-'))
      return open()
    },
    reopen: open,
    dispose: () => rm(parent, { recursive: true }),
  })
  for (const { name, run } of cases) it(name, run)
})
