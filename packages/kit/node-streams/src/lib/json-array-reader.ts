import { DataverseError } from '@deltaverse/core'
import { parseExactJson } from '@deltaverse/schema'
import { getManyValues, isMany, type Many, none } from 'stream-chain/core'
import { pick } from 'stream-json/core/filters/pick.js'
import { jsonParser, type Token } from 'stream-json/core/parser.js'
import { streamArray } from 'stream-json/core/streamers/stream-array.js'

export interface JsonArrayReader {
  /** Takes the next piece of the text and gives the elements that it completed. */
  push(text: string): unknown[]
  /** Takes the end of the text and complains when there was no array. */
  end(): void
}

/**
 * Reads the elements of the array at a path, or of the outermost array when the path is empty. The text must be known to be
 * JSON so far: see `createJsonVerifier`.
 *
 * @throws DataverseError `bad-input` when the path leads to something else than one array
 */
export function createJsonArrayReader(path: readonly string[]): JsonArrayReader {
  const target = createTarget(path)
  const parse = jsonParser({ streamValues: false })
  const select = pick({ filter: target.accept, maxDepth: Number.POSITIVE_INFINITY })
  const assemble = streamArray<unknown>()

  function read(input: string | typeof none): unknown[] {
    const elements: unknown[] = []
    for (const parsed of valuesOf(parse(input as string))) {
      for (const token of valuesOf(select(parsed) as Token | Many<Token> | typeof none)) {
        for (const element of valuesOf(assemble(withDigits(token)))) elements.push(element.value)
      }
    }
    return elements
  }

  return {
    push: read,
    end() {
      // A number or a word that is the whole text is only known to be over now. No element is: its array was closed.
      read(none)
      target.end()
    },
  }
}

/** A number that a JavaScript number cannot hold becomes text, with every digit. */
function withDigits(token: Token): Token {
  if (token.name !== 'numberValue' || token.value.length < 16) return token
  return typeof parseExactJson(token.value) === 'string' ? { ...token, name: 'stringValue' } : token
}

interface Target {
  accept(stack: readonly (string | number | null)[], token: Token): boolean
  end(): void
}

function createTarget(path: readonly string[]): Target {
  const place = path.length === 0 ? 'The JSON text' : `The value at path ${JSON.stringify(path.join('.'))}`
  const topLevelKeys = new Set<string>()
  let found = false
  return {
    accept(stack, token) {
      const key = stack[0]
      if (stack.length === 1 && typeof key === 'string' && topLevelKeys.size < 10) topLevelKeys.add(key)
      if (stack.length !== path.length || !path.every((step, index) => String(stack[index]) === step))
        return false
      if (token.name !== 'startArray') {
        const hint = path.length === 0 ? " To read an array inside it, name its place: path: 'value'." : ''
        throw badInput(`${place} is ${describeToken(token)} where an array was expected.${hint}`)
      }
      if (found) throw badInput(`${place} is there twice; an object must not repeat a key.`)
      found = true
      return true
    },
    end() {
      if (found) return
      const keys = [...topLevelKeys].map((key) => JSON.stringify(key)).join(', ')
      throw badInput(
        `${place} is not there. ${keys === '' ? 'No keys were seen.' : `Keys at the top: ${keys}.`}`,
      )
    },
  }
}

function describeToken(token: Token): string {
  switch (token.name) {
    case 'startObject':
      return 'an object'
    case 'stringValue':
      return 'a string'
    case 'numberValue':
      return 'a number'
    case 'nullValue':
      return 'null'
    default:
      return 'a boolean'
  }
}

function badInput(message: string): DataverseError {
  return new DataverseError(message, { code: 'bad-input' })
}

function valuesOf<T>(output: T | Many<T> | typeof none): readonly T[] {
  if (output === none) return []
  return isMany(output) ? (getManyValues(output as Many<T>) as T[]) : [output as T]
}
