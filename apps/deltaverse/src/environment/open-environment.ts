import type { DataverseClient } from '@deltaverse/client'
import type { Cloud } from '@deltaverse/client/credentials'
import type { CommandContext } from '../command-line/command-context.js'
import { requestAttempts, requestWords, toRequestEvent } from '../events/to-request-event.js'
import { UsageError } from '../program/usage-error.js'
import { chooseCredential } from './choose-credential.js'
import { connect, disconnect } from './connect.js'
import { type NetworkSettings, openDispatcher } from './open-dispatcher.js'
import { giveUpAtProxy } from './proxy-refusal.js'
import { createRequestCounter, type RequestCounter } from './request-counter.js'
import type { AuthName } from './sign-in-names.js'

/** Which environment, and how to sign in. */
export interface EnvironmentSettings extends NetworkSettings {
  readonly url: string
  readonly auth?: AuthName | undefined
  readonly tenantId?: string | undefined
  readonly clientId?: string | undefined
  readonly cloud?: Cloud | undefined
  readonly allowInsecureHttp?: boolean | undefined
}

/** An environment that a command works with. */
export interface Environment {
  readonly client: DataverseClient
  readonly counter: RequestCounter
  /** Lets go of it, behind the work. */
  close(): Promise<void>
}

/**
 * Signs in to an environment.
 *
 * @throws UsageError for a URL that is none, and for a credential that is missing
 */
export async function openEnvironment(
  settings: EnvironmentSettings,
  { terminal, tell, signal, env, governors }: CommandContext,
): Promise<Environment> {
  const url = checkUrl(settings.url)
  const { auth, tenantId, clientId, cloud, allowInsecureHttp = false } = settings
  const { connectTimeoutMs, headersTimeoutMs, bodyTimeoutMs } = settings
  const counter = createRequestCounter()
  const dispatcher = await openDispatcher(settings, env)
  const client = connect({
    url,
    credential: await chooseCredential(
      { url, auth, tenantId, clientId, cloud, dispatcher },
      env,
      terminal.say,
    ),
    dispatcher,
    connectTimeoutMs,
    headersTimeoutMs,
    bodyTimeoutMs,

    allowInsecureHttp,
    userAgent: 'deltaverse',
    governor: governors?.of({ url, clientId }),
    interceptors: [counter.interceptor],
    retry: { maxAttempts: requestAttempts, rules: [giveUpAtProxy] },
    onEvent(given) {
      if (given.kind === 'retry') counter.noteRepeat(given.request)
      const event = toRequestEvent(given)
      tell(event, requestWords(event))
    },
  })
  return {
    client,
    counter,
    async close() {
      await disconnect(client, signal)
      await dispatcher?.destroy()
    },
  }
}

/** @throws UsageError that shows no secret */
function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return text
  // What stands before an `@` may be a password, and what stands behind a `?` or `#` a token.
  const shown = /[?#].*@/s.test(text) ? '…' : text.replace(/^.*@/s, '…@').replace(/([?#]).+/s, '$1…')
  throw new UsageError(`an environment is given like https://contoso.crm4.dynamics.com, not "${shown}"`)
}
