import { preflightKeys } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import { describeTable } from '@deltaverse/dataverse'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type EnvironmentSettings, openEnvironment } from '../../environment/open-environment.js'
import { describeError } from '../../program/describe-error.js'
import { exitCodes } from '../../program/exit-codes.js'
import { UsageError } from '../../program/usage-error.js'

export interface DoctorSettings {
  readonly environment: EnvironmentSettings
  readonly tables: readonly string[]
  /** `contact:employeeid` */
  readonly keys: readonly string[]
}

/** One thing that was looked at. */
interface Finding {
  readonly what: string
  /** `note`: nothing is wrong, but it is good to know. */
  readonly is: 'well' | 'wrong' | 'note'
  readonly found: string
  /** What to do about it. */
  readonly advice?: string
}

/** How far a clock may be off before tokens of the identity platform are refused: five minutes is what it allows for. */
const maxSkewMs = 5 * 60_000

/** Looks at everything that jobs need; writes nothing. */
export async function runDoctor(settings: DoctorSettings, context: CommandContext): Promise<CommandResult> {
  const findings: Finding[] = [...lookHere(context.env)]
  const environment = await openEnvironment(settings.environment, context)
  try {
    const { client } = environment
    const { signal } = context
    findings.push(...(await lookAtService(client, signal)))
    if (findings.every(({ is }) => is !== 'wrong')) {
      for (const table of settings.tables) findings.push(...(await lookAtTable(client, table, signal)))
      if (settings.keys.length > 0) findings.push(...(await lookAtKeys(client, settings.keys, signal)))
    }
  } finally {
    await environment.close()
  }
  const ok = findings.every(({ is }) => is !== 'wrong')
  return {
    report: { ok, exitCode: ok ? exitCodes.done : exitCodes.failed, findings },
    text: findings.map(format).join('\n'),
  }
}

function lookHere(env: CommandContext['env']): Finding[] {
  const proxies = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].flatMap((name): Finding[] => {
    const value = env[name.toLowerCase()] ?? env[name] ?? ''
    const shown = value.replace(/^(.*\/\/)?[^/]*@/, '$1')
    return value === '' ? [] : [{ what: 'proxy', is: 'note', found: `${name} is set to ${shown}` }]
  })
  return [{ what: 'Node', is: 'well', found: process.version }, ...proxies]
}

async function lookAtService(client: DataverseClient, signal: AbortSignal): Promise<Finding[]> {
  try {
    const before = Date.now()
    const response = await client.request({ method: 'GET', path: 'WhoAmI' }, { signal })
    const { UserId } = (await response.json()) as { UserId?: string }
    const found: Finding[] = [
      { what: 'sign-in', is: 'well', found: `${client.origin} knows us as user ${UserId ?? '?'}` },
    ]
    const said = Date.parse(response.headers.date ?? '')
    if (Number.isFinite(said)) found.push(clockOf(said - (before + Date.now()) / 2))
    return [...found, ...(await lookAtRetention(client, signal)), ...limitsOf(response.headers)]
  } catch (error) {
    if (signal.aborted) throw error
    const { code, message } = describeError(error)
    return [
      {
        what: 'sign-in',
        is: 'wrong',
        found: message,
        advice: signInAdvice[code] ?? 'See the URL, and that this machine reaches it',
      },
    ]
  }
}

const signInAdvice: Readonly<Record<string, string>> = {
  unauthorized:
    'See AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret, and that the application was not removed',
  forbidden:
    'Make the application a user of the environment (Power Platform admin center, Application users) and give it a role',
}

function clockOf(offMs: number): Finding {
  const found = `${(Math.abs(offMs) / 1000).toFixed(1)} s ${offMs < 0 ? 'ahead of' : 'behind'} the service`
  return Math.abs(offMs) <= maxSkewMs
    ? { what: 'clock', is: 'well', found }
    : {
        what: 'clock',
        is: 'wrong',
        found,
        advice: 'Set the clock of this machine: tokens are refused when it is more than five minutes off',
      }
}

async function lookAtRetention(client: DataverseClient, signal: AbortSignal): Promise<Finding[]> {
  try {
    const path = 'organizations?$select=expirechangetrackingindays'
    const response = await client.request({ method: 'GET', path }, { signal })
    const days = ((await response.json()) as { value?: { expirechangetrackingindays?: number }[] }).value?.[0]
      ?.expirechangetrackingindays
    if (typeof days !== 'number' || days <= 0) return []
    return [
      {
        what: 'change tracking',
        is: 'note',
        found: `is kept for ${days} days: pull each table more often than that`,
      },
    ]
  } catch (error) {
    if (signal.aborted) throw error
    return [
      {
        what: 'change tracking',
        is: 'note',
        found: 'how long it is kept may not be read by this user; nothing is assumed',
      },
    ]
  }
}

function limitsOf(headers: Readonly<Record<string, string>>): Finding[] {
  const left = headers['x-ms-ratelimit-burst-remaining-xrm-requests']
  return left === undefined
    ? []
    : [{ what: 'limits', is: 'note', found: `${left} requests are left in this window of five minutes` }]
}

async function lookAtTable(client: DataverseClient, name: string, signal: AbortSignal): Promise<Finding[]> {
  const what = `table ${name}`
  try {
    const { entitySet, changeTrackingEnabled, canChangeTrackingBeEnabled } = await describeTable(
      client,
      name,
      { signal },
    )
    const tracking: Finding = changeTrackingEnabled
      ? { what, is: 'well', found: 'is there, its changes are tracked' }
      : {
          what,
          is: 'wrong',
          found: 'is there, its changes are not tracked',
          advice: canChangeTrackingBeEnabled
            ? 'Switch on "Track changes" in the advanced options of the table, in Power Apps, and publish'
            : 'It cannot be tracked: read it as a full copy each time',
        }
    await (await client.request({ method: 'GET', path: `${entitySet}?$top=1` }, { signal })).discard()
    return [tracking]
  } catch (error) {
    if (signal.aborted) throw error
    const { code, message } = describeError(error)
    const advice =
      code === 'forbidden'
        ? 'Give the user a role that reads this table'
        : 'deltaverse tables lists what there is'
    return [{ what, is: 'wrong', found: message, advice }]
  }
}

async function lookAtKeys(
  client: DataverseClient,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const wanted = keys.map((text) => {
    const [table, columns, ...rest] = text.split(':')
    if (table === undefined || columns === undefined || columns === '' || rest.length > 0) {
      throw new UsageError(`--key takes table:columns such as contact:employeeid, not "${text}"`)
    }
    return { table, columns: columns.split(',') }
  })
  const { keys: found } = await preflightKeys(client, wanted, { signal })
  return found.map(({ table, columns, readiness, advice }) => ({
    what: `key ${table}:${columns.join(',')}`,
    is: readiness === 'active' ? 'well' : 'wrong',
    found: readiness,
    ...(readiness !== 'active' && {
      advice: `${advice} deltaverse keys ${table} --ensure ${columns.join(',')} makes it`,
    }),
  }))
}

function format({ what, is, found, advice }: Finding): string {
  const mark = { well: 'well ', wrong: 'WRONG', note: 'note ' }[is]
  return `${mark}  ${what}: ${found}${advice === undefined ? '' : `\n         ${advice}`}`
}
