import { describe, expect, it } from 'vitest'
import type { FaultRule } from './fault-rule.js'
import { createFaultScript } from './fault-script.js'

/** What JavaScript, or text from a file, can hand in whatever the types say. */
const give = (rule: unknown) => () => createFaultScript().next(rule as FaultRule)

describe('a script of faults', () => {
  it.each<[rule: unknown, message: string]>([
    [undefined, 'a fault is an object: got undefined'],
    ['PATCH', "a fault is an object: got 'PATCH'"],
    [[], 'a fault is an object: got a list'],
    [{ retryAfter: 2 }, "a fault has no member 'retryAfter'; it knows method, url, inBatch, nth, times,"],
    [{ method: /PATCH/ }, 'method is text: got /PATCH/'],
    [{ method: 'PATCH,POST' }, "method is one such as PATCH: got 'PATCH,POST'"],
    [{ url: 5 }, 'url is text or a regular expression: got 5'],
    [{ inBatch: 'yes' }, "inBatch is true or false: got 'yes'"],
    [{ nth: '2' }, "nth is a number of 1 or more: got '2'"],
    [{ times: '2' }, "times is a number of 1 or more: got '2'"],
    [{ latencyMs: '5' }, "latencyMs is a number of 0 or more: got '5'"],
    [{ expireTokens: 1 }, 'expireTokens is true or false: got 1'],
    [{ status: '429' }, "status is a number from 200 to 599: got '429'"],
    [{ status: 500, afterEffect: 'no' }, "afterEffect is true or false: got 'no'"],
    [{ status: 500, code: 0x80072322 }, 'code is text: got 2147951394'],
    [{ status: 500, message: {} }, 'message is text: got an object'],
    [
      { status: 429, retryAfterSeconds: new Date(0) },
      'retryAfterSeconds is a number of 0 or more: got an object',
    ],
    [{ status: 500, headers: 'a: b' }, "headers is an object: got 'a: b'"],
    [{ status: 500, headers: { 'x-a': 5 } }, "headers['x-a'] is text: got 5"],
    [{ status: 500, headers: { 'x a': 'b' } }, "headers['x a']: "],
    [{ status: 500, headers: { 'x-a': 'b\r\nc: d' } }, "headers['x-a']: "],
    [{ status: 500, body: 'xml' }, "body is one of json, flat, html: got 'xml'"],
    [{ drop: true }, 'drop is one of before-effect, after-effect: got true'],
    [{ cutBody: 5 }, 'cutBody is an object: got 5'],
    [{ cutBody: {} }, 'cutBody.afterBytes is a number of 0 or more: got undefined'],
    [{ cutBody: { afterBytes: 1, how: 'torn' } }, "cutBody.how is one of reset, close, complete: got 'torn'"],
    [{ cutBody: { bytes: 1 } }, "cutBody has no member 'bytes'; it knows afterBytes, how"],
    [{ slowBody: { chunkBytes: 1 } }, 'slowBody.delayMs is a number of 0 or more: got undefined'],
    [{ slowBody: { delayMs: 1 } }, 'slowBody.chunkBytes is a number of 1 or more: got undefined'],
    [{ retryAfterSeconds: 2 }, 'retryAfterSeconds belongs to the answer of a status: give a status too'],
    [{ afterEffect: true }, 'afterEffect belongs to the answer of a status: give a status too'],
  ])('refuses %j when it is given', (rule, message) => {
    expect(give(rule)).toThrow(TypeError)
    expect(give(rule)).toThrow(message)
  })

  it.each<[rule: FaultRule, message: string]>([
    [{ nth: 0 }, 'nth is a number of 1 or more: got 0'],
    [{ nth: 1.5 }, 'nth is a whole number: got 1.5'],
    [{ times: 0 }, 'times is a number of 1 or more: got 0'],
    [{ latencyMs: -1 }, 'latencyMs is a number of 0 or more: got -1'],
    [{ latencyMs: Number.NaN }, 'latencyMs is a number of 0 or more: got NaN'],
    [{ status: 99 }, 'status is a number from 200 to 599: got 99'],
    [{ status: 429, retryAfterSeconds: -1 }, 'retryAfterSeconds is a number of 0 or more: got -1'],
    [{ cutBody: { afterBytes: -1 } }, 'cutBody.afterBytes is a number of 0 or more: got -1'],
    [{ slowBody: { chunkBytes: 0, delayMs: 1 } }, 'slowBody.chunkBytes is a number of 1 or more: got 0'],
  ])('refuses %j, which is out of its range', (rule, message) => {
    expect(give(rule)).toThrow(new RangeError(message))
  })

  it('takes every member, and whatever is not given', () => {
    const all: Required<FaultRule> = {
      method: 'patch',
      url: /accounts/g,
      inBatch: false,
      nth: 2,
      times: Number.POSITIVE_INFINITY,
      latencyMs: 0.5,
      expireTokens: false,
      status: 429,
      afterEffect: true,
      code: '0x80072322',
      message: '',
      retryAfterSeconds: 0,
      headers: { 'x-a': 'b' },
      body: 'flat',
      drop: 'after-effect',
      cutBody: { afterBytes: 0, how: undefined },
      slowBody: { chunkBytes: 1, delayMs: 0 },
    }
    const nothing = Object.fromEntries(Object.keys(all).map((name) => [name, undefined]))
    expect(give(all)).not.toThrow()
    expect(give(nothing)).not.toThrow()
  })

  it('is not changed by what happens to the rule later', () => {
    const script = createFaultScript()
    const rule: { status: number; method?: unknown } = { status: 500 }
    script.next(rule as FaultRule)
    rule.method = /PATCH/
    expect(script.take('PATCH', '/')).toMatchObject({ status: 500 })
  })
})
