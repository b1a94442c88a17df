type Schema = Readonly<Record<string, unknown>>

const known = new Set(
  '$schema title description oneOf $ref $defs type const pattern minLength properties required additionalProperties'.split(
    ' ',
  ),
)

/** Checks a value against the few words of JSON Schema that the line schema uses; refuses a schema with others. */
export function matchesSchema(schema: Schema, value: unknown, root: Schema = schema): boolean {
  for (const word of Object.keys(schema)) if (!known.has(word)) throw new Error(`unknown word: ${word}`)
  if (typeof schema.$ref === 'string') return matchesSchema(resolve(schema.$ref, root), value, root)
  if (Array.isArray(schema.oneOf)) {
    return schema.oneOf.filter((option) => matchesSchema(option, value, root)).length === 1
  }
  if ('const' in schema && schema.const !== value) return false
  if (schema.type === 'string') return matchesString(schema, value)
  return schema.type === 'object' ? matchesObject(schema, value, root) : true
}

function resolve(reference: string, root: Schema): Schema {
  const path = reference.replace('#/', '').split('/')
  return path.reduce((at, key) => at[key] as Schema, root)
}

function matchesString(schema: Schema, value: unknown): boolean {
  if (typeof value !== 'string') return false
  if (typeof schema.minLength === 'number' && value.length < schema.minLength) return false
  return typeof schema.pattern !== 'string' || new RegExp(schema.pattern, 'u').test(value)
}

function matchesObject(schema: Schema, value: unknown, root: Schema): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const properties = (schema.properties ?? {}) as Record<string, Schema>
  const required = (schema.required ?? []) as string[]
  if (!required.every((name) => Object.hasOwn(value, name))) return false
  return Object.entries(value).every(([name, item]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (property === undefined) return schema.additionalProperties !== false
    return matchesSchema(property, item, root)
  })
}
