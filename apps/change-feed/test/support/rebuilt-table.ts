import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { changeLineSchema } from '@deltaverse/node-streams'
import { Ajv2020 } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'

type Json = Record<string, unknown>

/** The state of a table as its NDJSON file tells it: what an independent reader of the file would end up with. */
export interface RebuiltTable {
  readonly rows: ReadonlyMap<string, Json>
  /** Lines read so far. */
  readonly lines: number
  /** Ids of the lines read by the last call of `readOn`. */
  readonly touched: readonly string[]
  /** Reads what was added to the file since the last call. */
  readOn(): void
}

/** The JSON Schema of a line as a check that throws, with the line in its message. */
export function createLineCheck(): (line: string) => Json {
  const ajv = new Ajv2020({ strict: true, allErrors: true })
  ajvFormats.default(ajv)
  const validate = ajv.compile(changeLineSchema)
  return (text) => {
    const line = JSON.parse(text) as Json
    if (!validate(line)) throw new Error(`${ajv.errorsText(validate.errors)} in ${text.slice(0, 300)}`)
    return line
  }
}

/** Rebuilds a table from one file, checking every line; a torn line at the end is an error. */
export function rebuildTable(path: string): RebuiltTable {
  const check = createLineCheck()
  const rows = new Map<string, Json>()
  let lines = 0
  let bytes = 0
  let touched: string[] = []
  return {
    rows,
    get lines() {
      return lines
    },
    get touched() {
      return touched
    },
    readOn() {
      touched = []
      const added = readFrom(path, bytes)
      bytes += added.length
      const texts = added.toString('utf8').split('\n')
      if (texts.pop() !== '') throw new Error(`${path} ends in a torn line`)
      for (const text of texts) {
        const line = check(text)
        const id = line.id as string
        lines += 1
        touched.push(id)
        if (line.kind === 'upserted') rows.set(id, line.row as Json)
        else rows.delete(id)
      }
    },
  }
}

/** Rebuilds a table from one file as it is now. */
export function rebuiltRows(path: string): ReadonlyMap<string, Json> {
  const table = rebuildTable(path)
  table.readOn()
  return table.rows
}

/** Rows by id, without annotations, so that both sides compare. */
export function plainRows(
  rows: Iterable<Readonly<Json>>,
  primaryKey = 'productid',
): Readonly<Record<string, Json>> {
  const byId: Record<string, Json> = {}
  for (const row of rows) byId[row[primaryKey] as string] = plainRow(row)
  return byId
}

/** A row without its annotations; whole numbers of 64 bits are compared as the numbers that JSON makes of them. */
export function plainRow(row: Readonly<Json>): Json {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => !name.includes('@'))
      .map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  )
}

function readFrom(path: string, start: number): Buffer {
  const bytes = Buffer.alloc(statSync(path).size - start)
  const file = openSync(path, 'r')
  try {
    let read = 0
    while (read < bytes.length) read += readSync(file, bytes, read, bytes.length - read, start + read)
  } finally {
    closeSync(file)
  }
  return bytes
}
