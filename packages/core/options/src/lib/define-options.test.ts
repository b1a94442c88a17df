import { describe, expect, expectTypeOf, it } from 'vitest'
import { callable, instance, signal } from './code-options.js'
import { defineOptions, type OptionsInput, type OptionsOutput } from './define-options.js'
import { either, group, switchable } from './nested-options.js'
import { bytes, durationMs, MiB, number, share, whole } from './number-options.js'
import { flag, listOf, oneOf, text } from './plain-options.js'

interface Store {
  load(): void
  save(): void
}

const intervals = {
  minIntervalMs: durationMs({ default: 5_000, doc: 'Shortest wait between two reads.' }),
  maxIntervalMs: durationMs({ default: 60_000, doc: 'Longest wait between two reads.' }),
}

const options = defineOptions('sync()', {
  name: text({ required: true, doc: 'Under which the state is kept. One for each table.' }),
  commitBytes: bytes({ default: 64 * MiB, min: 1, doc: 'Fewest bytes between two commits.' }),
  maxDeleteShare: share({ default: 0.5, doc: 'Largest share of the rows that one read may delete.' }),
  mode: oneOf(['log', 'mirror'], { default: 'log', doc: 'What the files hold.' }),
  columns: listOf(text({ doc: 'A column.' }), { doc: 'Columns to read; all of them when left out.' }),
  restart: flag({ default: false, doc: 'Reads everything although there is a state.' }),
  pages: whole({ min: 1, max: 8, doc: 'Pages read ahead.' }),
  factor: number({ default: 1.5, min: 1, doc: 'Growth of the wait.' }),
  follow: switchable(intervals, { doc: 'Goes on until the signal aborts.' }),
  limits: group({ rows: whole({ default: 1_000, doc: 'Rows at a time.' }) }, { doc: 'How much at a time.' }),
  days: either(oneOf(['ask'], { default: 'ask', doc: 'Age of a token.' }), whole({ min: 1, doc: 'Days.' })),
  store: instance<Store>(['load', 'save'], 'a store')({ doc: 'Keeps the state.' }),
  onEvent: callable<(event: string) => void>()({ doc: 'Told of everything.' }),
  signal: signal({ doc: 'Ends it.' }),
})

type Input = OptionsInput<(typeof options)['spec']>
type Output = OptionsOutput<(typeof options)['spec']>

const parse = (input: object): Output => options.parse(input as Input)

describe('defineOptions()', () => {
  it('fills in the defaults, for undefined too', () => {
    expect(parse({ name: 'accounts', commitBytes: undefined })).toEqual({
      name: 'accounts',
      commitBytes: 67_108_864,
      maxDeleteShare: 0.5,
      mode: 'log',
      columns: undefined,
      restart: false,
      pages: undefined,
      factor: 1.5,
      follow: undefined,
      limits: { rows: 1_000 },
      days: 'ask',
      store: undefined,
      onEvent: undefined,
      signal: undefined,
    })
  })

  it('takes what is right', () => {
    const store = { load() {}, save() {} }
    const onEvent = (): void => {}
    const given = {
      name: 'a',
      commitBytes: 1,
      columns: ['x', 'y'],
      follow: { minIntervalMs: 1 },
      days: 7,
      store,
      onEvent,
      signal: AbortSignal.abort(),
    }
    const parsed = parse(given)
    expect(parsed).toMatchObject({ ...given, follow: { minIntervalMs: 1, maxIntervalMs: 60_000 } })
    expect(parsed.store).toBe(store)
    expect(parse({ name: 'a', follow: true }).follow).toEqual({ minIntervalMs: 5_000, maxIntervalMs: 60_000 })
    expect(parse({ name: 'a', follow: false }).follow).toBeUndefined()
  })

  it.each([
    [{}, TypeError, 'name is required: Under which the state is kept.'],
    [{ name: '' }, TypeError, 'name must be text, received empty text'],
    [{ name: 5 }, TypeError, 'name must be text, received a number'],
    [
      { name: 'a', commitBytes: 0 },
      RangeError,
      'commitBytes must be a whole number of bytes of at least 1, received 0',
    ],
    [
      { name: 'a', commitBytes: '1' },
      TypeError,
      'commitBytes must be a whole number of bytes of at least 1, received text',
    ],
    [
      { name: 'a', maxDeleteShare: 1.5 },
      RangeError,
      'maxDeleteShare must be a number from 0 to 1, received 1.5',
    ],
    [{ name: 'a', maxDeleteShare: Number.NaN }, RangeError, 'received NaN'],
    [{ name: 'a', mode: 'logs' }, TypeError, "mode must be one of 'log', 'mirror', received 'logs'"],
    [{ name: 'a', columns: 'x' }, TypeError, 'columns must be a list of text, received text'],
    [{ name: 'a', columns: ['x', ''] }, TypeError, 'columns[1] must be text, received empty text'],
    [{ name: 'a', columns: ['x', undefined] }, TypeError, 'columns[1] must be text, received undefined'],
    [{ name: 'a', restart: 1 }, TypeError, 'restart must be true or false, received a number'],
    [{ name: 'a', pages: 9 }, RangeError, 'pages must be a whole number from 1 to 8, received 9'],
    [
      { name: 'a', follow: { minIntervalMs: -1 } },
      RangeError,
      'follow.minIntervalMs must be a number of milliseconds of at least 0, received -1',
    ],
    [{ name: 'a', follow: 'yes' }, TypeError, 'follow must be true, false or options, received text'],
    [{ name: 'a', limits: 5 }, TypeError, 'limits must be an object of options, received a number'],
    [{ name: 'a', days: 'never' }, TypeError, "days must be 'ask', or whole number, received text"],
    [{ name: 'a', days: 0 }, RangeError, 'days must be a whole number of at least 1, received 0'],
    [
      { name: 'a', store: { load() {} } },
      TypeError,
      'store must be a store, with load() and save(), received an object',
    ],
    [{ name: 'a', onEvent: 'log' }, TypeError, 'onEvent must be a function, received text'],
    [{ name: 'a', signal: {} }, TypeError, 'signal must be an AbortSignal'],
    [{ name: 'a', commitByte: 5 }, TypeError, 'sync() has no option "commitByte". Did you mean commitBytes?'],
    [
      { name: 'a', follow: { minInterval: 5 } },
      TypeError,
      'follow has no option "follow.minInterval". Did you mean minIntervalMs?',
    ],
    [
      { name: 'a', follow: { zzz: 5 } },
      TypeError,
      'follow has no option "follow.zzz". It has minIntervalMs, maxIntervalMs',
    ],
  ])('refuses %j', (input, kind, message) => {
    expect(() => parse(input)).toThrow(kind)
    expect(() => parse(input)).toThrow(message)
  })

  it('holds text to its form', () => {
    const named = defineOptions('read()', {
      entitySet: text({
        required: true,
        form: { pattern: /^[a-z]\w*$/i, words: "a name such as 'products'" },
        doc: 'The table.',
      }),
    })
    expect(named.parse({ entitySet: 'accounts' })).toEqual({ entitySet: 'accounts' })
    expect(() => named.parse({ entitySet: 'accounts(1)' })).toThrow(
      "entitySet must be a name such as 'products', received text",
    )
  })

  it('does not take a name from the prototype of objects for an option', () => {
    expect(() => parse({ name: 'a', constructor: 1 })).toThrow('no option "constructor"')
  })

  it.each([null, 'text', [], 5, undefined])('refuses %j in place of options', (input) => {
    expect(() => options.parse(input as never)).toThrow('what sync() is given must be an object of options')
  })

  it('shows no value that may be a secret', () => {
    const attempt = (): unknown =>
      parse({ name: 'a', commitBytes: 'secret', signal: 'secret', restart: 'secret' })
    expect(attempt).toThrow(/received text$/)
  })

  it('says each option in a row', () => {
    const rows = options.describe()
    expect(rows.map(({ name }) => name)).toContain('follow.minIntervalMs')
    expect(rows[1]).toEqual({
      name: 'commitBytes',
      type: 'whole number of bytes',
      isRequired: false,
      default: '64 MiB',
      doc: 'Fewest bytes between two commits.',
    })
    expect(rows.find(({ name }) => name === 'follow')?.default).toBe('false')
  })

  it('has a JSON Schema of what a file may hold', () => {
    const schema = options.toJsonSchema()
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false, required: ['name'] })
    expect(Object.keys(schema.properties ?? {})).not.toContain('signal')
    expect(schema.properties?.commitBytes).toEqual({
      type: 'integer',
      minimum: 1,
      default: 67_108_864,
      description: 'Fewest bytes between two commits.',
    })
  })

  it('types what goes in and what comes out', () => {
    expectTypeOf<Input['name']>().toEqualTypeOf<string>()
    expectTypeOf<Input['commitBytes']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Output['commitBytes']>().toEqualTypeOf<number>()
    expectTypeOf<Output['pages']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Output['mode']>().toEqualTypeOf<'log' | 'mirror'>()
    expectTypeOf<Output['days']>().toEqualTypeOf<'ask' | number>()
    expectTypeOf<Output['store']>().toEqualTypeOf<Store | undefined>()
    expectTypeOf<Output['limits']['rows']>().toEqualTypeOf<number>()
    expectTypeOf<Input['follow']>().toExtend<boolean | { minIntervalMs?: number | undefined } | undefined>()
    expectTypeOf<keyof Input>().toEqualTypeOf<keyof Output>()
  })
})
