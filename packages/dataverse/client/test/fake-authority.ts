import { Agent, type Dispatcher } from 'undici'
import { startServer, type TestServer } from './start-server.js'

export interface TokenRequest {
  /** Address that was meant, such as `https://login.microsoftonline.com/contoso/oauth2/v2.0/token`. */
  readonly url: string
  readonly form: URLSearchParams
}

export interface FakeAuthority {
  readonly requests: readonly TokenRequest[]
  /** Sends everything to the fake, whatever host was meant. */
  readonly dispatcher: Dispatcher
  close(): Promise<void>
}

export interface AuthorityAnswer {
  readonly status?: number
  readonly body: unknown
}

export type AuthorityHandler = (request: TokenRequest, index: number) => AuthorityAnswer

/** A token endpoint on this machine that stands in for every host. */
export async function startFakeAuthority(answer: AuthorityHandler): Promise<FakeAuthority> {
  const requests: TokenRequest[] = []
  const server: TestServer = await startServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const seen = { url: `https://${request.headers.host}${request.url}`, form: new URLSearchParams(body) }
    requests.push(seen)
    const { status = 200, body: json } = answer(seen, requests.length - 1)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof json === 'string' ? json : JSON.stringify(json))
  })
  const agent = new Agent()
  const dispatcher = agent.compose((dispatch) => (options, handler) => {
    const meant = new URL(String(options.origin))
    const headers = { ...(options.headers as Record<string, string>), host: meant.host }
    return dispatch({ ...options, origin: server.url, headers }, handler)
  })
  return {
    requests,
    dispatcher,
    async close() {
      await agent.destroy()
      await server.close()
    },
  }
}

export function tokenAnswer(token: string, more: Record<string, unknown> = {}): AuthorityAnswer {
  return { body: { token_type: 'Bearer', access_token: token, expires_in: 3_600, ...more } }
}
