import type { JsonObjectSchema } from './json-object-schema.js'

/** One line of a Singer stream: what a tap prints and a target reads. */
export type SingerMessage = SchemaMessage | RecordMessage | StateMessage | ActivateVersionMessage

/** What the records of a stream look like; stands in front of them, and again when that changes. */
interface SchemaMessage {
  readonly type: 'SCHEMA'
  readonly stream: string
  readonly schema: JsonObjectSchema
  /** Columns that tell records apart. */
  readonly key_properties: readonly string[]
  /** Columns that grow with every change. */
  readonly bookmark_properties?: readonly string[]
}

interface RecordMessage {
  readonly type: 'RECORD'
  readonly stream: string
  readonly record: Readonly<Record<string, unknown>>
  /** When it was read: RFC 3339, with its zone. */
  readonly time_extracted?: string
  /** Which read of the whole table it belongs to. */
  readonly version?: number
}

/** Where a tap is. A target hands the value on once everything before it is durable. */
interface StateMessage {
  readonly type: 'STATE'
  readonly value: unknown
}

/** A read of the whole table is through: records of other versions are gone. No part of the specification, and many targets know it. */
interface ActivateVersionMessage {
  readonly type: 'ACTIVATE_VERSION'
  readonly stream: string
  readonly version: number
}
