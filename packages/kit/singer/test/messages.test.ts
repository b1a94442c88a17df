import { createCatalog, readSingerMessages, type SingerLine, selectedStreams } from '@deltaverse/singer'
import { describe, expect, it } from 'vitest'

async function read(...pieces: readonly (string | Uint8Array)[]): Promise<SingerLine[]> {
  const lines: SingerLine[] = []
  async function* input() {
    yield* pieces
  }
  for await (const line of readSingerMessages(input(), 1_000)) lines.push(line)
  return lines
}

const record = '{"type":"RECORD","stream":"s","record":{"n":9007199254740993,"t":"é"}}'

describe('readSingerMessages()', () => {
  it('reads messages however they are cut, with every digit and types in any case', async () => {
    const bytes = Buffer.from(`${record.replace('RECORD', 'record')}\n\n{"type":"STATE","value":null}`)
    for (let at = 1; at < bytes.length; at += 7) {
      const lines = await read(bytes.subarray(0, at), bytes.subarray(at))
      expect(lines).toEqual([
        { line: 1, message: { type: 'RECORD', stream: 's', record: { n: '9007199254740993', t: 'é' } } },
        { line: 3, message: { type: 'STATE', value: null } },
      ])
    }
  })

  it.each([
    ['no json', /line 2 of the messages is no JSON/],
    ['[]', /line 2 .* is no object/],
    ['{"type":"BATCH","stream":"s"}', /line 2 .* type "BATCH"; known are/],
    ['{"stream":"s"}', /line 2 .* type null/],
    ['{"type":"RECORD","stream":"s"}', /line 2 .* without its "record"/],
    ['{"type":"RECORD","record":{}}', /line 2 .* without its "stream"/],
    ['{"type":"SCHEMA","stream":"s","schema":{}}', /line 2 .* without "schema.properties"/],
    [
      '{"type":"SCHEMA","stream":"s","schema":{"properties":{}},"key_properties":"id"}',
      /line 2 .* list of names/,
    ],
    ['{"type":"STATE"}', /line 2 .* without its "value"/],
    ['{"type":"ACTIVATE_VERSION","stream":"s"}', /line 2 .* without its "version"/],
    ['x'.repeat(1_001), /line 2 .* longer than 1000 characters/],
  ])('refuses %s with its place', async (text, message) => {
    await expect(read(`${record}\n`, text)).rejects.toThrow(message)
  })

  it('refuses bytes that are no UTF-8', async () => {
    await expect(read(`${record}\n`, Uint8Array.of(0x7b, 0xff))).rejects.toThrow(/line 2 .* is not UTF-8/)
  })
})

describe('selectedStreams()', () => {
  const catalog = createCatalog(
    [
      {
        isTracked: true,
        schema: {
          name: 'accounts',
          primaryKey: ['accountid'],
          columns: ['accountid', 'name', 'revenue'].map((name) => ({
            name,
            type: { kind: 'text' },
            nullable: true,
          })),
        },
      },
    ],
    'text',
  )
  const [stream] = catalog.streams
  const selecting = (...said: readonly [string | undefined, object][]) => ({
    streams: [
      {
        ...stream,
        metadata: stream?.metadata?.map((each) => {
          const name = each.breadcrumb[1]
          const more = said.find(([wanted]) => wanted === name)?.[1]
          return { ...each, metadata: { ...each.metadata, ...more } }
        }),
      },
    ],
  })

  it('takes nothing of what --discover prints until somebody selects it', () => {
    expect(selectedStreams(catalog)).toEqual([])
  })

  it('takes the columns of a selected stream, the key always', () => {
    const chosen = selecting(
      [undefined, { selected: true }],
      ['name', { selected: false }],
      ['accountid', { selected: false }],
    )
    expect(selectedStreams(chosen)).toEqual([
      { id: 'accounts', stream: 'accounts', columns: ['accountid', 'revenue'] },
    ])
  })

  it('takes booleans that are text, and never what is unsupported', () => {
    const chosen = selecting(
      [undefined, { selected: 'true' }],
      ['name', { inclusion: 'unsupported', selected: true }],
    )
    expect(selectedStreams(chosen)).toMatchObject([{ columns: ['accountid', 'revenue'] }])
  })

  it('takes everything of a catalog without metadata', () => {
    expect(selectedStreams({ streams: [{ ...stream, metadata: [] }] })).toMatchObject([
      { columns: ['accountid', 'name', 'revenue'] },
    ])
  })

  it.each([[null], [{}], [{ streams: [{}] }]])('refuses %j', (value) => {
    expect(() => selectedStreams(value)).toThrow(TypeError)
  })
})
