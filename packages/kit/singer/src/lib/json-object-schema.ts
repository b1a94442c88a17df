/** JSON Schema of one property of a record. */
export type PropertySchema = Readonly<Record<string, unknown>>

/** JSON Schema of a record, as far as Singer's targets read it. */
export interface JsonObjectSchema {
  readonly type: 'object' | readonly string[]
  readonly properties: Readonly<Record<string, PropertySchema>>
  readonly [keyword: string]: unknown
}
