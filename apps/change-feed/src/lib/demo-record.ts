import { readFile } from 'node:fs/promises'
import { DataverseError } from '@deltaverse/core'
import { codeOf, replaceFile, toFileError } from '@deltaverse/durable-files'
import type { ReadFigures } from 'deltaverse/report'

/** What the demonstration remembers beside the emulator's own state. */
export interface DemoRecord {
  readonly version: 1
  /** Tells this emulator's state from one made anew, whose delta tokens mean other moments. */
  readonly environmentId: string
  /** Products in the catalogue at first. */
  readonly products: number
  /** Nights that were played to their end. */
  readonly nights: number
  /** What the last full read took, to compare a delta with. */
  readonly fullRead?: ReadFigures
}

/** @throws DataverseError when it is there and cannot be read */
export async function readDemoRecord(path: string): Promise<DemoRecord | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw toFileError(error, 'read', path)
  }
  try {
    return parseDemoRecord(JSON.parse(text))
  } catch (error) {
    throw new DataverseError(
      `${path} cannot be used: ${(error as Error).message}. Remove the folder it is in, and the demonstration begins anew`,
      { code: 'bad-input', cause: error },
    )
  }
}

export async function writeDemoRecord(path: string, record: DemoRecord): Promise<void> {
  await replaceFile(path, `${JSON.stringify(record, undefined, 2)}\n`)
}

function parseDemoRecord(value: unknown): DemoRecord {
  const record = (value ?? {}) as Partial<Record<keyof DemoRecord, unknown>>
  if (record.version !== 1) throw new TypeError('"version" must be 1')
  if (typeof record.environmentId !== 'string') throw new TypeError('"environmentId" must be text')
  if (!isCount(record.products) || !isCount(record.nights)) {
    throw new TypeError('"products" and "nights" must be whole numbers')
  }
  return value as DemoRecord
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
