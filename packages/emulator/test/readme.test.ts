import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type EmulatorOptions, startEmulator } from '../src/index.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('the example of the README does what its comments say', async () => {
  const [, code] = /```ts\nimport [^\n]*\n([\s\S]*?)```/.exec(readme)!
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (start: typeof startEmulator) => Promise<{ refused: Response; delta: unknown; expired: Response }>
  const run = new AsyncFunction('startEmulator', `${code}\nreturn { refused, delta, expired }`)
  const { refused, delta, expired } = await run(startEmulator)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2'])
  expect(delta).toMatchObject({ value: [{ name: 'Alfa & Co' }, { reason: 'deleted' }] })
  expect(await expired.json()).toMatchObject({ error: { code: '0x80044352' } })
})

it('the README names every option', () => {
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
    missingBindStatus: true,
    missingLinkStatus: true,
    historyLimit: true,
    requestLogLimit: true,
    compactAfterBytes: true,
    wait: true,
  }
  expect(Object.keys(names).filter((name) => !readme.includes(`\`${name}`))).toEqual([])
})
