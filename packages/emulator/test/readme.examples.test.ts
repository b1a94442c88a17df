// The code between the marks is what the README shows; a check of the repository compares the two.
import { readFileSync } from 'node:fs'
import { startEmulator } from '@deltaverse/emulator'
import { describe, expect, it } from 'vitest'
import type { EmulatorOptions } from '../src/index.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('the README', () => {
  it('reads a delta, is refused once, and sees its token expire', async () => {
    // example: start
    const emulator = await startEmulator({
      rows: {
        accounts: [
          { name: 'Alfa', accountnumber: 'A1' },
          { name: 'Beta', accountnumber: 'B1' },
        ],
      },
    })
    const tracked = { headers: { Prefer: 'odata.track-changes' } }
    const first = await fetch(`${emulator.serviceRoot}/accounts?$select=name`, tracked)
    const { '@odata.deltaLink': deltaLink } = (await first.json()) as { '@odata.deltaLink': string }

    const [alfa, beta] = emulator.table('accounts').rows()
    emulator.table('accounts').update(String(alfa?.accountid), { name: 'Alfa & Co' })
    emulator.table('accounts').remove(String(beta?.accountid))

    emulator.faults.next({ status: 429, code: '0x80072322', retryAfterSeconds: 2 })
    const refused = await fetch(deltaLink) // 429, Retry-After: 2
    const delta = await (await fetch(deltaLink)).json() // Alfa & Co as it is now, and an entry for deleted Beta

    emulator.deltaTokens.expireAll()
    const expired = await fetch(deltaLink) // 400, 0x80044352
    await emulator.close()
    // end
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2'])
    expect(delta).toMatchObject({ value: [{ name: 'Alfa & Co' }, { reason: 'deleted' }] })
    expect(await expired.json()).toMatchObject({ error: { code: '0x80044352' } })
  })

  it('drops an answer and cuts a body', async () => {
    const emulator = await startEmulator({ rows: { accounts: [{ name: 'Alfa' }] } })
    // example: faults
    emulator.faults.next({ method: 'PATCH', url: '/accounts(', drop: 'after-effect' })
    emulator.faults.add({ url: /\$skiptoken/, nth: 3, times: 1, cutBody: { afterBytes: 5000 } })
    // end
    const [row] = emulator.table('accounts').rows()
    const address = `${emulator.serviceRoot}/accounts(${row?.accountid})`
    const headers = { 'content-type': 'application/json' }
    const lost = fetch(address, { method: 'PATCH', headers, body: '{"name":"Beta"}' })
    await expect(lost).rejects.toThrow()
    expect(emulator.table('accounts').rows()[0]).toMatchObject({ name: 'Beta' })
    await emulator.close()
  })

  it('names every option', () => {
    const names: Record<keyof Required<EmulatorOptions>, true> = {
      port: true,
      host: true,
      tables: true,
      rows: true,
      stateDirectory: true,
      clock: true,
      seed: true,
      authorize: true,
      changeTracking: true,
      maxPageSize: true,
      links: true,
      errorBody: true,
      countByteOrderMark: true,
      compression: true,
      maxRequestBytes: true,
      keyComparison: true,
      keyIndexing: true,
      batchAnswersBeforeFailure: true,
      limits: true,
      keyIndexingStepMs: true,
      maxBatchOperations: true,
      missingBindStatus: true,
      missingLinkStatus: true,
      historyLimit: true,
      requestLogLimit: true,
      compactAfterBytes: true,
      wait: true,
    }
    expect(Object.keys(names).filter((name) => !readme.includes(`\`${name}`))).toEqual([])
  })
})
