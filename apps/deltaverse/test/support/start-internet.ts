import { once } from 'node:events'
import { createServer, request as httpRequest, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { generate } from 'selfsigned'

/** An environment and the authority behind TLS with a certificate of nobody's, and a proxy that leads to them. */
export interface Internet {
  /** The certificate that they show. */
  readonly certificate: string
  /** Address of the proxy. */
  readonly proxy: string
  /** Hosts and ports that the proxy was asked for. */
  readonly asked: string[]
  /** What the proxy wants as a password; nothing for `undefined`. */
  password: string | undefined
  close(): Promise<void>
}

const hosts = ['contoso.crm4.dynamics.com', 'login.microsoftonline.com']

/** @param emulatorUrl answers for the environment */
export async function startInternet(emulatorUrl: string): Promise<Internet> {
  const { private: key, cert: certificate } = await generate([{ name: 'commonName', value: 'contoso' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2, value })) },
    ],
  })
  const behind = createHttpsServer({ key, cert: certificate }, answerFor(emulatorUrl))
  const tlsPort = await listen(behind)
  const proxy = createServer((_, response) => response.writeHead(400).end())
  const port = await listen(proxy)
  const internet = { certificate, proxy: `http://127.0.0.1:${port}`, asked: [] as string[] } as Internet & {
    asked: string[]
  }
  proxy.on('connect', (request, socket) => {
    const target = request.url ?? ''
    internet.asked.push(target)
    const wanted = internet.password && `Basic ${Buffer.from(`me:${internet.password}`).toString('base64')}`
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const at = target.endsWith(':443') ? tlsPort : Number(target.split(':').at(-1))
    const onward = connect(at, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  return Object.assign(internet, {
    async close() {
      for (const server of [proxy, behind]) {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      }
    },
  })
}

function answerFor(emulatorUrl: string): RequestListener {
  return (request, response) => {
    if (request.headers.host?.startsWith('login.')) {
      text(request).then((form) => answerToken(new URLSearchParams(form).get('client_secret'), response))
      return
    }
    const { method, url, headers } = request
    const onward = httpRequest(new URL(url ?? '/', emulatorUrl), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  }
}

/** As the authority answers a client secret. */
function answerToken(secret: string | null, response: ServerResponse): void {
  const isRight = secret === 's3cret'
  const refused = {
    error: 'invalid_client',
    error_description: 'AADSTS7000215: Invalid client secret provided.',
  }
  response.writeHead(isRight ? 200 : 401, { 'content-type': 'application/json' })
  response.end(
    JSON.stringify(isRight ? { token_type: 'Bearer', expires_in: 3600, access_token: 'a-token' } : refused),
  )
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
