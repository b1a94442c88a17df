import { createReadStream } from 'node:fs'
import type { Row } from '@deltaverse/core'
import { CsvError, parse } from 'csv-parse'
import { FileProblem } from './file-problem.js'

/** Columns that an ERP's file may have, and what their cells are. */
const columnKinds: Readonly<Record<string, 'text' | 'number'>> = {
  productnumber: 'text',
  name: 'text',
  description: 'text',
  price: 'number',
  standardcost: 'number',
  currentcost: 'number',
  quantityonhand: 'number',
  quantitydecimal: 'number',
  stockweight: 'number',
  stockvolume: 'number',
  size: 'text',
  producturl: 'text',
  suppliername: 'text',
  vendorname: 'text',
  vendorpartnumber: 'text',
  validfromdate: 'text',
  validtodate: 'text',
}

/**
 * The rows of an ERP's CSV file, one at a time. Empty cells are `null`, which is how Dataverse stores an empty text. A cell that
 * should be a number and is none stays as it is: the service refuses that row by name, and the others are not held up.
 *
 * @throws FileProblem for a file that is missing, is no CSV, or has columns that products do not
 */
export async function* readProductFile(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Row, void, undefined> {
  const source = createReadStream(path)
  const parser = parse({ bom: true, columns: (header: string[]) => checkHeader(path, header), trim: true })
  // Errors do not travel along a pipe.
  source.on('error', (error) => parser.destroy(error))
  source.pipe(parser)
  try {
    for await (const record of parser) {
      signal.throwIfAborted()
      yield toRow(record as Record<string, string>)
    }
  } catch (error) {
    throw toFileProblem(path, error)
  } finally {
    source.destroy()
    parser.destroy()
  }
}

function checkHeader(path: string, header: readonly string[]): string[] {
  const names = header.map((name) => name.toLowerCase())
  const unknown = names.filter((name) => columnKinds[name] === undefined)
  if (unknown.length > 0) {
    throw new FileProblem(
      `${path} has the column${unknown.length === 1 ? '' : 's'} ${unknown.map((name) => `"${name}"`).join(', ')}; ` +
        `known are ${Object.keys(columnKinds).join(', ')}`,
    )
  }
  if (!names.includes('productnumber'))
    throw new FileProblem(`${path} has no column "productnumber", the key`)
  return names
}

function toRow(record: Readonly<Record<string, string>>): Row {
  const row: Record<string, unknown> = {}
  for (const [name, text] of Object.entries(record)) {
    const isNumber = columnKinds[name] === 'number' && /^[+-]?\d+(?:\.\d+)?$/.test(text)
    row[name] = text === '' ? null : isNumber ? Number(text) : text
  }
  return row
}

function toFileProblem(path: string, error: unknown): unknown {
  if (error instanceof CsvError)
    return new FileProblem(`${path} is no CSV: ${error.message}`, { cause: error })
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return new FileProblem(`there is no file ${path}`, { cause: error })
  if (code === 'EISDIR') return new FileProblem(`${path} is a folder`, { cause: error })
  return error
}
