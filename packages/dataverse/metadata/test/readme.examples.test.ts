// The code between the marks is what the README shows; a check of the repository compares the two.
import { createClient } from '@deltaverse/client'
import { startEmulator } from '@deltaverse/emulator'
import { createMetadataReader, toTableSchema } from '@deltaverse/metadata'
import { describe, expect, it } from 'vitest'

describe('the README', () => {
  it('reads a table definition', async () => {
    const lines: string[] = []
    const log = (line: string) => lines.push(line)
    const emulator = await startEmulator()
    const client = createClient({ url: emulator.url })
    try {
      // example: metadata
      const metadata = createMetadataReader(client)
      const account = await metadata.table('account')
      log(`${account.entitySetName} has ${account.columns.size} columns`)

      const schema = toTableSchema(account)
      log(schema.columns.map(({ name, type }) => `${name}: ${type.kind}`).join('\n'))
      // end
    } finally {
      await client.close()
      await emulator.close()
    }
    expect(lines[0]).toMatch(/^accounts has \d+ columns$/)
    expect(lines[1]).toContain('accountid: uuid')
  })
})
