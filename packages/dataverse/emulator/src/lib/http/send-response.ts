import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import type { BodyCut } from '../faults/fault-rule.js'
import type { EncodedResponse } from './encode-response.js'

/** How a response is sent, when not whole and at once. */
export interface SendingFaults {
  readonly cutBody?: BodyCut | undefined
  readonly slowBody?: { readonly chunkBytes: number; readonly delayMs: number } | undefined
  readonly wait: (ms: number) => Promise<void>
}

/** Sends a response. */
export async function sendResponse(
  response: ServerResponse,
  { status, headers, body }: EncodedResponse,
  faults: SendingFaults,
): Promise<void> {
  const { cutBody, slowBody, wait } = faults
  for (const [name, value] of Object.entries(headers)) {
    // A response that pretends to be complete cannot say how long it would have been.
    if (name === 'Content-Length' && cutBody?.how === 'complete') continue
    response.setHeader(name, typeof value === 'string' ? value : [...value])
  }
  response.writeHead(status)
  const sent = cutBody === undefined ? body : body.subarray(0, cutBody.afterBytes)
  if (slowBody !== undefined) await sendSlowly(response, sent, slowBody, wait)
  else if (cutBody !== undefined) await write(response, sent)
  if (cutBody === undefined || cutBody.how === 'complete') {
    response.end(slowBody === undefined && cutBody === undefined ? body : undefined)
  } else {
    await abandon(response, cutBody.how ?? 'reset')
  }
}

async function sendSlowly(
  response: ServerResponse,
  body: Buffer,
  { chunkBytes, delayMs }: { readonly chunkBytes: number; readonly delayMs: number },
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < body.length; start += chunkBytes) {
    if (start > 0) await wait(delayMs)
    await write(response, body.subarray(start, start + chunkBytes))
  }
}

function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  response.flushHeaders()
  if (bytes.length === 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    response.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}

/** Ends the connection without ending the response. */
export async function abandon(response: ServerResponse, how: 'reset' | 'close'): Promise<void> {
  const { socket } = response
  if (socket === null) return
  // What was written leaves first: a reset discards what is still queued.
  await setImmediate()
  if (how === 'close') socket.end()
  else if (!socket.destroyed) socket.resetAndDestroy()
}
