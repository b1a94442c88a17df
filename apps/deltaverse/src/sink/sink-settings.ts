import type { Connector, ConnectorSettings, SinkRole } from '@deltaverse/core'
import type { JsonSchema } from '@deltaverse/options'
import { UsageError } from '../program/usage-error.js'

/** A sink that was chosen, and what it was told. */
export interface SinkSettings {
  readonly connector: Connector
  readonly role: SinkRole
  readonly settings: ConnectorSettings
  /** What a person calls it, without a password. */
  readonly title: string
}

export interface SinkFlags {
  readonly to: string
  readonly mode?: string
  readonly format?: string
  readonly lines?: string
  readonly gzip?: boolean
  readonly sink?: readonly string[]
}

/**
 * The sink that the flags name.
 *
 * @throws UsageError for a place that no connector knows, and for an option that the sink does not have
 */
export async function sinkFromFlags(flags: SinkFlags): Promise<SinkSettings> {
  const { connectorAt } = await import('@deltaverse/registry')
  const found = await connectorAt(flags.to).catch((error: unknown) => {
    throw new UsageError(`--to: ${(error as Error).message}`)
  })
  const { mode, format, lines, gzip } = flags
  const named = { mode, format, lines, ...(gzip === true && { compress: 'gzip' }) }
  const given = Object.entries(named).filter(([, value]) => value !== undefined)
  return toSinkSettings(found.connector, {
    ...found.settings,
    ...Object.fromEntries(given),
    ...parseSettings(found.connector, flags.sink ?? []),
  })
}

/**
 * A connector as a sink, with settings that it has.
 *
 * @throws UsageError where it is no sink, or has no such option
 */
export function toSinkSettings(connector: Connector, settings: ConnectorSettings): SinkSettings {
  const role = connector.sink
  if (role === undefined) throw new UsageError(`${connector.title} is no place that rows can be kept in`)
  const { properties = {} } = role.options.toJsonSchema() as JsonSchema
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(settings)) {
    if (name === 'mode' && properties.mode === undefined) {
      if (!role.modes.some((mode) => mode === value)) throw new UsageError(wrongMode(connector, role, value))
      continue
    }
    if (properties[name] === undefined) {
      throw new UsageError(
        `${connector.title} has no option ${name}; it has ${Object.keys(properties).join(', ')}`,
      )
    }
    kept[name] = value
  }
  return { connector, role, settings: kept, title: titleOf(connector, settings) }
}

function wrongMode({ title }: Connector, { modes }: SinkRole, mode: unknown): string {
  return `${title} keeps a table as ${modes.join(' or ')}, not as ${String(mode)}`
}

function titleOf({ title, address }: Connector, settings: ConnectorSettings): string {
  const place = address === undefined ? undefined : settings[address.option]
  return typeof place === 'string' ? place.replace(/\/\/[^/]*@/, '//') : title
}

/** `rotate.daily=true` as `{ rotate: { daily: true } }`, by the types that the options have. */
function parseSettings(connector: Connector, assignments: readonly string[]): ConnectorSettings {
  const settings: Record<string, unknown> = {}
  for (const assignment of assignments) {
    const at = assignment.indexOf('=')
    if (at < 1) throw new UsageError(`--sink takes option=value, not "${assignment}"`)
    const path = assignment.slice(0, at).split('.')
    let schema = connector.sink?.options.toJsonSchema() as JsonSchema | undefined
    let target = settings
    for (const [n, name] of path.entries()) {
      schema = schema?.properties?.[name]
      if (schema === undefined) throw new UsageError(`${connector.title} has no option ${path.join('.')}`)
      if (n === path.length - 1) target[name] = parseValue(schema, path.join('.'), assignment.slice(at + 1))
      else {
        const inner = (target[name] ?? {}) as Record<string, unknown>
        target[name] = inner
        target = inner
      }
    }
  }
  return settings
}

function parseValue({ type }: JsonSchema, name: string, text: string): unknown {
  if (type === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true'
    throw new UsageError(`--sink ${name} takes true or false, not "${text}"`)
  }
  if (type === 'number' || type === 'integer') {
    const number = Number(text)
    if (text.trim() !== '' && Number.isFinite(number)) return number
    throw new UsageError(`--sink ${name} takes a number, not "${text}"`)
  }
  if (type === 'object' || type === 'array')
    throw new UsageError(`--sink ${name} takes more than a value: put it into a job file`)
  return text
}
