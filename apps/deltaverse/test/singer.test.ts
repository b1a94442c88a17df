import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'

let emulator: Emulator
let cwd = ''

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-singer-'))
  emulator = await startEmulator({
    rows: {
      products: [1, 2, 3].map((n) => ({ productnumber: `P-${n}`, name: `Product ${n}`, price: 1.5 * n })),
      contacts: [{ lastname: 'Ada', employeeid: '1' }],
    },
  })
  write('config.json', { url: emulator.url, tables: ['product', 'contacts'] })
})
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

const write = (file: string, value: unknown): void => writeFileSync(join(cwd, file), JSON.stringify(value))
const tap = (...args: string[]) =>
  runDeltaverse(['singer', 'tap', '--config', 'config.json', ...args], { cwd })

type Message = Readonly<Record<string, unknown>> & { readonly type: string; readonly stream?: string }
const messagesOf = (stdout: string): Message[] =>
  stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
const typesOf = (messages: readonly Message[], stream: string): string[] =>
  messages.filter((each) => each.stream === stream).map(({ type }) => type)

describe('deltaverse singer tap', () => {
  it('discovers tables with keys and types, nothing of it selected', async () => {
    const { code, stdout } = await tap('--discover')
    expect(code).toBe(0)
    const { streams } = JSON.parse(stdout)
    expect(streams.map((each: { stream: string }) => each.stream).sort()).toEqual(['contacts', 'products'])
    const products = streams.find((each: { stream: string }) => each.stream === 'products')
    expect(products).toMatchObject({
      key_properties: ['productid'],
      schema: {
        properties: {
          productid: { type: ['string'], format: 'uuid' },
          price: { format: 'x-singer.decimal' },
        },
      },
    })
    expect(products.metadata[0]).toMatchObject({
      breadcrumb: [],
      metadata: { 'forced-replication-method': 'LOG_BASED' },
    })
  })

  it('prints everything, then what changed since its state, then nothing', async () => {
    const first = await tap()
    expect(first.code).toBe(0)
    const messages = messagesOf(first.stdout)
    expect(typesOf(messages, 'products')).toEqual([
      'SCHEMA',
      'RECORD',
      'RECORD',
      'RECORD',
      'ACTIVATE_VERSION',
    ])
    for (const stream of ['products', 'contacts']) {
      const { schema } = messages.find(
        (each) => each.stream === stream && each.type === 'SCHEMA',
      ) as never as { schema: object }
      const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)
      const records = messages
        .filter((each) => each.stream === stream && each.type === 'RECORD')
        .map(({ record }) => record)
      for (const record of records) expect(validate(record), JSON.stringify(validate.errors)).toBe(true)
    }
    const last = messages.at(-1)
    expect(last?.type).toBe('STATE')
    expect(last?.value).toEqual({
      bookmarks: { contacts: { state: expect.anything() }, products: { state: expect.anything() } },
    })

    write('state.json', last?.value)
    const [gone, changed] = messages.filter(
      ({ type, stream }) => type === 'RECORD' && stream === 'products',
    ) as never as { record: { productid: string } }[]
    const products = emulator.table('products')
    products.remove(gone?.record.productid as string)
    products.update(changed?.record.productid as string, { name: 'Renamed' })
    const second = await tap('--state', 'state.json')
    const more = messagesOf(second.stdout)
    expect(typesOf(more, 'products').sort()).toEqual(['RECORD', 'RECORD', 'SCHEMA'])
    expect(typesOf(more, 'contacts')).toEqual(['SCHEMA'])
    const records = more
      .filter(({ type }) => type === 'RECORD')
      .map(({ record }) => record as Record<string, unknown>)
    expect(records.find(({ productid }) => productid === gone?.record.productid)).toMatchObject({
      name: null,
      _sdc_deleted_at: expect.stringMatching(/Z$/),
    })
    expect(records.find(({ productid }) => productid === changed?.record.productid)).toMatchObject({
      name: 'Renamed',
      _sdc_deleted_at: null,
    })

    write('state.json', more.at(-1)?.value)
    const third = messagesOf((await tap('--state', 'state.json')).stdout)
    expect(third.filter(({ type }) => type === 'RECORD')).toEqual([])
  })

  it('reads the selected columns of the selected streams', async () => {
    const { streams } = JSON.parse((await tap('--discover')).stdout)
    for (const stream of streams) {
      for (const each of stream.metadata) {
        if (each.breadcrumb.length === 0) each.metadata.selected = stream.stream === 'products'
        else each.metadata.selected = each.breadcrumb[1] === 'name'
      }
    }
    write('catalog.json', { streams })
    const messages = messagesOf((await tap('--catalog', 'catalog.json')).stdout)
    expect(typesOf(messages, 'contacts')).toEqual([])
    const { schema } = messages[0] as never as { schema: { properties: object } }
    expect(Object.keys(schema.properties)).toEqual(['productid', 'name', '_sdc_deleted_at'])
  })

  it('says what is wrong on standard error, and nothing on the other', async () => {
    write('wrong.json', { url: emulator.url, decimal: 'text' })
    write('foreign.json', { bookmarks: { products: { replication_key_value: 1 } } })
    const wrong = await runDeltaverse(['singer', 'tap', '--config', 'wrong.json'], { cwd })
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toMatch(/--config: .*decimals/)
    const foreign = await tap('--state', 'foreign.json')
    expect(foreign.code).toBe(1)
    expect(foreign.stderr).toMatch(/products: The state cannot be read/)
    const none = await runDeltaverse(['singer', 'tap'], { cwd })
    expect(none).toMatchObject({ code: 2, stdout: '' })
    expect(none.stderr).toMatch(/--config <file> is needed/)
  })

  it('says what it is', async () => {
    const { stdout } = await runDeltaverse(['singer', 'tap', '--about', '--format=json'], { cwd })
    const about = JSON.parse(stdout)
    expect(about.settings.properties).toHaveProperty('client_secret')
    expect(about.version).toBe(
      JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version,
    )
  })
})
