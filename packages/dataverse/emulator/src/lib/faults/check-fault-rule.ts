import { validateHeaderName, validateHeaderValue } from 'node:http'
import {
  booleanOf,
  integerWithin,
  numberWithin,
  objectOf,
  oneOf,
  onlyKnownMembers,
  textOf,
} from '../option-checks.js'
import type { FaultRule } from './fault-rule.js'

type Check = (name: string, value: unknown) => unknown

const atLeast =
  (min: number): Check =>
  (name, value) =>
    numberWithin(name, value, min, Number.MAX_SAFE_INTEGER)

const wholeFrom =
  (min: number, max = Number.MAX_SAFE_INTEGER): Check =>
  (name, value) =>
    integerWithin(name, value, min, max)

const among =
  (...choices: readonly string[]): Check =>
  (name, value) =>
    oneOf(name, value, choices)

const members =
  (checks: Readonly<Record<string, Check>>, needed: readonly string[] = []): Check =>
  (name, value) => {
    const object = objectOf(name, value)
    onlyKnownMembers(name, object, Object.keys(checks))
    for (const [member, check] of Object.entries(checks)) {
      const path = name === 'a fault' ? member : `${name}.${member}`
      if (object[member] !== undefined || needed.includes(member)) check(path, object[member])
    }
  }

const checkRule = members({
  method: checkMethod,
  url: checkUrl,
  inBatch: booleanOf,
  nth: wholeFrom(1),
  // Infinity is how add() says without limit.
  times: (name, value) => (value === Number.POSITIVE_INFINITY ? value : wholeFrom(1)(name, value)),
  latencyMs: atLeast(0),
  expireTokens: booleanOf,
  status: wholeFrom(200, 599),
  afterEffect: booleanOf,
  code: textOf,
  message: textOf,
  retryAfterSeconds: atLeast(0),
  headers: checkHeaders,
  body: among('json', 'flat', 'html'),
  drop: among('before-effect', 'after-effect'),
  cutBody: members({ afterBytes: wholeFrom(0), how: among('reset', 'close', 'complete') }, ['afterBytes']),
  slowBody: members({ chunkBytes: wholeFrom(1), delayMs: atLeast(0) }, ['chunkBytes', 'delayMs']),
} satisfies Readonly<Record<keyof FaultRule, Check>>)

/** What only shapes the answer of a `status`, and would be lost without a word. */
const partsOfAnswer = ['afterEffect', 'code', 'message', 'retryAfterSeconds', 'headers', 'body'] as const

/**
 * Refuses a rule that would fail later, or never do anything.
 *
 * @throws TypeError for a member of the wrong kind, an unknown one, or one that needs another; RangeError for a number out
 *   of its range. Either names the member.
 */
export function checkFaultRule(rule: FaultRule): void {
  checkRule('a fault', rule)
  if (rule.status !== undefined) return
  const lost = partsOfAnswer.find((name) => rule[name] !== undefined)
  if (lost !== undefined) throw new TypeError(`${lost} belongs to the answer of a status: give a status too`)
}

function checkMethod(name: string, value: unknown): void {
  const method = textOf(name, value)
  if (!/^[A-Za-z]+$/.test(method)) throw new TypeError(`${name} is one such as PATCH: got '${method}'`)
}

function checkUrl(name: string, value: unknown): void {
  if (typeof value === 'string' || value instanceof RegExp) return
  throw new TypeError(`${name} is text or a regular expression: got ${String(value)}`)
}

function checkHeaders(name: string, value: unknown): void {
  for (const [header, text] of Object.entries(objectOf(name, value))) {
    try {
      validateHeaderName(header)
      validateHeaderValue(header, textOf(`${name}['${header}']`, text))
    } catch (error) {
      const { message } = error as Error
      throw new TypeError(message.startsWith(name) ? message : `${name}['${header}']: ${message}`)
    }
  }
}
