import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, type DataverseClient } from '@deltaverse/client'

/** What the server does with one request: JSON, text, or whatever it likes with the response. */
export type Answer = object | string | ((response: ServerResponse, request: IncomingMessage) => void)

export interface ScriptedServer {
  readonly client: DataverseClient
  readonly url: string
  /** Path and query of every request, in order. */
  readonly requests: string[]
  readonly headers: IncomingMessage['headers'][]
  close(): Promise<void>
}

const servicePath = '/api/data/v9.2'

/**
 * A server that answers by script, for what no emulator would send: bodies that break off, members nobody knows, bytes in
 * tiny pieces. Answers are found by the path below the service root; a list is used up one by one, its last one stays.
 */
export async function startScriptedServer(
  script: Record<string, Answer | Answer[]>,
): Promise<ScriptedServer> {
  const requests: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const used = new Map<string, number>()
  const server = createServer((request, response) => {
    const path = request.url!.replace(`${servicePath}/`, '')
    requests.push(path)
    headers.push(request.headers)
    const scripted = script[path]
    const list = Array.isArray(scripted) ? scripted : [scripted]
    const count = used.get(path) ?? 0
    used.set(path, count + 1)
    answer(list[Math.min(count, list.length - 1)], request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createClient({ url, random: () => 0 })
  return {
    client,
    url,
    requests,
    headers,
    async close() {
      await client.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answer(scripted: Answer | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (scripted === undefined) {
    response.writeHead(404, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({ error: { code: '0x8006088a', message: `nothing scripted for ${request.url}` } }),
    )
  } else if (typeof scripted === 'function') scripted(response, request)
  else {
    response.writeHead(200, { 'content-type': 'application/json; odata.metadata=minimal' })
    response.end(typeof scripted === 'string' ? scripted : JSON.stringify(scripted))
  }
}

/** An answer that is a service error. */
export function refusal(status: number, code: string, message = 'refused'): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { code, message } }))
  }
}
