import type { JsonSchema } from '@deltaverse/options'

export const text = (description: string): JsonSchema => ({ type: 'string', minLength: 1, description })

export const texts = (description: string): JsonSchema => ({
  type: 'array',
  items: { type: 'string', minLength: 1 },
  description,
})

export const whole = (description: string): JsonSchema => ({ type: 'integer', minimum: 1, description })

export const seconds = (description: string): JsonSchema => ({ type: 'number', minimum: 0.001, description })

export const flag = (description: string): JsonSchema => ({ type: 'boolean', description })

/** An object with these members and no others. */
export const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
  description: string,
): JsonSchema => ({ type: 'object', properties, required, additionalProperties: false, description })

/** Members of any name. */
export const mapOf = (each: JsonSchema, description: string): JsonSchema => ({
  type: 'object',
  additionalProperties: each,
  description,
})
