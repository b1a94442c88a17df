import { DataverseError } from '@deltaverse/core'
import { parseExactJson } from '@deltaverse/schema'
import type { SingerMessage } from './message.js'

/** A message and where it stands. */
export interface SingerLine {
  /** From 1. */
  readonly line: number
  readonly message: SingerMessage
}

const defaultMaxLineChars = 64 * 1024 * 1024

/**
 * Reads what a tap prints, one message a line, as it arrives. Numbers that a double cannot hold are text with all their digits.
 *
 * @param input text or bytes in UTF-8, cut anywhere
 * @param maxLineChars longest line. Default: 64 Mi characters
 * @throws DataverseError `bad-input` naming the line that is none, and its place
 */
export async function* readSingerMessages(
  input: AsyncIterable<Uint8Array | string>,
  maxLineChars = defaultMaxLineChars,
): AsyncGenerator<SingerLine, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  let line = 0
  const decode = (piece: Uint8Array | string): string => {
    if (typeof piece === 'string') return piece
    try {
      return decoder.decode(piece, { stream: true })
    } catch {
      return refuse(line + 1, 'is not UTF-8')
    }
  }
  for await (const piece of input) {
    const lines = (rest + decode(piece)).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) {
      line += 1
      if (text.trim() !== '') yield { line, message: parseMessage(text, line) }
    }
    if (rest.length > maxLineChars) refuse(line + 1, `is longer than ${maxLineChars} characters`)
  }
  if (rest.trim() !== '') yield { line: line + 1, message: parseMessage(rest, line + 1) }
}

function parseMessage(text: string, line: number): SingerMessage {
  let value: unknown
  try {
    value = parseExactJson(text)
  } catch {
    return refuse(line, 'is no JSON; a tap prints messages on its standard output and nothing else')
  }
  if (!isObject(value)) return refuse(line, 'is no object')
  // Types compare without regard to case, by the specification.
  const type = typeof value.type === 'string' ? value.type.toUpperCase() : ''
  const message = { ...value, type }
  switch (type) {
    case 'SCHEMA':
      requireText(message, 'stream', line)
      requireSchema(message, line)
      return message as unknown as SingerMessage
    case 'RECORD':
      requireText(message, 'stream', line)
      if (!isObject(value.record)) refuse(line, 'is a RECORD without its "record"')
      return message as unknown as SingerMessage
    case 'STATE':
      if (!('value' in value)) refuse(line, 'is a STATE without its "value"')
      return message as unknown as SingerMessage
    case 'ACTIVATE_VERSION':
      requireText(message, 'stream', line)
      if (!Number.isSafeInteger(value.version)) refuse(line, 'is an ACTIVATE_VERSION without its "version"')
      return message as unknown as SingerMessage
    default:
      return refuse(
        line,
        `is of the type ${JSON.stringify(value.type ?? null)}; known are SCHEMA, RECORD, STATE and ACTIVATE_VERSION`,
      )
  }
}

function requireSchema(message: Readonly<Record<string, unknown>>, line: number): void {
  const { schema, key_properties: keys } = message
  if (!isObject(schema) || !isObject(schema.properties))
    refuse(line, 'is a SCHEMA without "schema.properties"')
  if (keys !== undefined && !(Array.isArray(keys) && keys.every((key) => typeof key === 'string'))) {
    refuse(line, 'has "key_properties" that are no list of names')
  }
}

function requireText(message: Readonly<Record<string, unknown>>, name: string, line: number): void {
  if (typeof message[name] !== 'string' || message[name] === '')
    refuse(line, `is a ${String(message.type)} without its "${name}"`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(line: number, why: string): never {
  throw new DataverseError(`line ${line} of the messages ${why}`, { code: 'bad-input' })
}
