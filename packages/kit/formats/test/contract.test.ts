import { type ContractCase, formatContract, type TestedFormat } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { csv, type Format, ndjson } from '../src/index.js'

const formats: Readonly<Record<string, () => Format>> = {
  ndjson: () => ndjson,
  'csv()': () => csv(),
  'csv() with other delimiters, quotes and null': () =>
    csv({ delimiter: '\t', quote: "'", lineEnd: '\n', header: false, nullText: 'NULL' }),
}
for (const [name, format] of Object.entries(formats)) {
  describe(`${name} as a format`, () => {
    for (const { name: what, run } of formatContract(format)) it(what, run)
  })
}

/** CSV, as somebody has changed it. */
const changed = (change: (format: Format) => Partial<TestedFormat>) => (): TestedFormat => ({
  ...csv(),
  ...change(csv()),
})
const editing = (edit: (text: string) => string) =>
  changed((format) => ({
    changes(schema) {
      const writer = format.changes(schema)
      return { ...writer, write: (changes) => Buffer.from(edit(String(writer.write(changes)))) }
    },
  }))

const faults: readonly {
  readonly what: string
  readonly caughtBy: string
  readonly format: () => TestedFormat
}[] = [
  {
    what: 'rounds',
    caughtBy: 'keeps every digit',
    format: editing((text) => text.replace('9223372036854775808', '9223372036854776000')),
  },
  {
    what: 'turns false into true',
    caughtBy: 'gives back values of every kind',
    format: editing((text) => text.replace(',false,', ',true,')),
  },
  {
    what: 'reads null as empty text',
    caughtBy: 'gives back null as null, beside values',
    format: editing((text) => text.replaceAll(',,', ',"",')),
  },
  {
    what: 'trims',
    caughtBy: 'gives back text, whatever stands in it',
    format: editing((text) => text.replace('" leading', '"leading')),
  },
  {
    what: 'forgets versions',
    caughtBy: 'tells deletions, ids and versions, with rows and without',
    format: editing((text) => text.replace(/,100\d,/g, ',,')),
  },
  {
    what: 'cuts at each line feed',
    caughtBy: 'gives the same records wherever its text is cut',
    format: changed(() => ({
      split: () => ({
        push: (piece) =>
          String(piece)
            .split(/(?<=\n)/)
            .map((line) => Buffer.from(line)),
        isWhole: true,
      }),
    })),
  },
  {
    what: 'writes a header with each group',
    caughtBy: 'goes on in a file that others were written to before',
    format: changed((format) => ({
      changes(schema) {
        const { header, ...writer } = format.changes(schema)
        return { header: Buffer.alloc(0), write: (changes) => Buffer.concat([header, writer.write(changes)]) }
      },
    })),
  },
  {
    what: 'holds a record back',
    caughtBy: 'can be cut behind any record',
    format: changed((format) => ({
      split() {
        const splitter = format.split()
        let last: readonly Buffer[] = []
        return {
          push(piece) {
            const records = [...last, ...splitter.push(piece)]
            last = records.slice(-1).map((record) => Buffer.from(record))
            return records.slice(0, -1)
          },
          isWhole: true,
        }
      },
    })),
  },
  {
    what: 'takes anything for a change',
    caughtBy: 'refuses a record that is none',
    format: changed(() => ({
      readChanges: () => () => ({ kind: 'deleted', id: '', rowVersion: undefined }),
    })),
  },
]

describe('formatContract()', () => {
  it.each(faults)('finds that somebody $what: "$caughtBy"', async ({ caughtBy, format }) => {
    const found: ContractCase | undefined = formatContract(format).find(({ name }) => name === caughtBy)
    await expect(found?.run()).rejects.toThrow()
  })

  it('has a fault for every case', () => {
    const caught = new Set(faults.map(({ caughtBy }) => caughtBy))
    expect(formatContract(() => csv()).filter(({ name }) => !caught.has(name))).toEqual([])
  })
})
