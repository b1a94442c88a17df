import type { Dispatcher } from 'undici'
import { sendWithToken } from '../auth/send-with-token.js'
import { createTokenCache } from '../auth/token-cache.js'
import { anonymousTokenSource, createTokenFunctionSource } from '../auth/token-function-source.js'
import type { TokenSource } from '../auth/token-source.js'
import type { ClientSettings } from '../client-options.js'
import { closedForMs } from '../governor/admission/admission.js'
import { createGovernedAttempt, observeAnswers } from '../governor/admission/governed-attempt.js'
import { type ClientGovernor, createClientGovernor } from '../governor/client-governor.js'
import { coreOf, type Governor } from '../governor/create-governor.js'
import type { Attempt } from '../retry/retry.js'
import { createExchange } from './exchange-once.js'
import type { DataverseResponse } from './response.js'

export interface ClientAttempt {
  readonly attempt: Attempt
  readonly clientGovernor: ClientGovernor
  /** How long until a gate opens; absent without governors. */
  readonly closedForMs?: (() => number) | undefined
}

/** Puts one attempt together: a governor, a token, an exchange, for each credential. */
export function createAttempt(options: ClientSettings, dispatcher: Dispatcher): ClientAttempt {
  const { governors, clock } = options
  const exchange = createExchange({ ...options, dispatcher })
  const tokens = createTokenSources(options)
  if (governors.length === 0) {
    const sends = tokens.map((source) => sendWithToken(exchange, source, clock))
    return { attempt: takeTurns(sends), clientGovernor: createClientGovernor([], () => undefined) }
  }
  const servedBy = new WeakMap<DataverseResponse, Governor>()
  const lanes = governors.map((governor, index) => ({
    governor,
    send: sendWithToken(observeAnswers(exchange, governor), tokens[index] ?? anonymousTokenSource, clock),
  }))
  const cores = governors.map(coreOf)
  return {
    attempt: createGovernedAttempt(lanes, (response, governor) => servedBy.set(response, governor)),
    clientGovernor: createClientGovernor(governors, (response) => servedBy.get(response)),
    closedForMs: () => closedForMs(cores),
  }
}

function createTokenSources({ credentials, token, scopes, clock }: ClientSettings): TokenSource[] {
  if (credentials.length > 0) {
    return credentials.map((credential) => createTokenCache({ credential, scopes, clock }))
  }
  return [token === undefined ? anonymousTokenSource : createTokenFunctionSource(token, scopes)]
}

function takeTurns(sends: readonly Attempt[]): Attempt {
  let turn = 0
  return (request, deadlineMs) => {
    const send = sends[turn++ % sends.length] as Attempt
    return send(request, deadlineMs)
  }
}
