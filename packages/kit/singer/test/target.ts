import { readSingerMessages } from '@deltaverse/singer'

/** What a target holds that takes every message at its word. */
export interface Held {
  readonly rows: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  /** The value of the last state. */
  readonly state: unknown
}

interface Stream {
  readonly keys: readonly string[]
  readonly rows: Map<
    string,
    { readonly record: Readonly<Record<string, unknown>>; readonly version: number | undefined }
  >
}

/** Plays messages of one stream, refusing what real targets refuse: records before their schema, without their key, unknown types. */
export async function playTarget(lines: readonly string[]): Promise<Held> {
  let stream: Stream | undefined
  let state: unknown
  for await (const { line, message } of readSingerMessages(oneByOne(lines))) {
    switch (message.type) {
      case 'SCHEMA':
        stream = { keys: message.key_properties, rows: stream?.rows ?? new Map() }
        break
      case 'RECORD': {
        if (stream === undefined) throw new Error(`line ${line}: a record before its schema`)
        const key = stream.keys.map((name) => message.record[name])
        if (key.length === 0 || key.includes(undefined))
          throw new Error(`line ${line}: a record without its key`)
        if (message.record._sdc_deleted_at === null) {
          stream.rows.set(key.join(), { record: message.record, version: message.version })
        } else stream.rows.delete(key.join())
        break
      }
      case 'ACTIVATE_VERSION':
        for (const [key, { version }] of stream?.rows ?? []) {
          if (version !== message.version) stream?.rows.delete(key)
        }
        break
      case 'STATE':
        state = message.value
    }
  }
  return { rows: new Map([...(stream?.rows ?? [])].map(([key, { record }]) => [key, record])), state }
}

async function* oneByOne(lines: readonly string[]): AsyncGenerator<string, void, undefined> {
  for (const line of lines) yield `${line}\n`
}
