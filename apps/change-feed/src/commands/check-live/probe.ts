import type { DataverseClient } from '@deltaverse/client'
import { type CallOptions, isResponseError } from '@deltaverse/core'

/** An answer, whatever its status. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** Service code of an error, `0x80060888`. */
  readonly code?: string
}

/** A page of rows as it stood in the body: `members` tells the order. */
export interface Page extends Answer {
  readonly members: readonly string[]
  readonly context: string
  readonly value: readonly Readonly<Record<string, unknown>>[] | undefined
  readonly nextLink: string | undefined
  readonly deltaLink: string | undefined
}

/** Sends a GET and takes an error for an answer. */
export async function probe(
  client: DataverseClient,
  path: string,
  headers: Readonly<Record<string, string>>,
  call: CallOptions,
): Promise<Answer> {
  try {
    const response = await client.request({ method: 'GET', path, headers }, call)
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (error) {
    if (!isResponseError(error)) throw error
    const { status, serviceCode } = error
    return { status, headers: {}, text: error.body ?? '', ...(serviceCode && { code: serviceCode }) }
  }
}

/**
 * Reads a page.
 *
 * @throws Error when the answer is no page
 */
export async function readPage(
  client: DataverseClient,
  path: string,
  prefer: string | undefined,
  call: CallOptions,
): Promise<Page> {
  const answer = await probe(client, path, prefer === undefined ? {} : { Prefer: prefer }, call)
  if (answer.status !== 200) throw new Error(`${describeAnswer(answer)} for ${path}`)
  const body = (answer.text === '' ? {} : JSON.parse(answer.text)) as Record<string, unknown>
  const text = (name: string): string | undefined =>
    typeof body[name] === 'string' ? (body[name] as string) : undefined
  return {
    ...answer,
    members: Object.keys(body),
    context: text('@odata.context') ?? '',
    value: Array.isArray(body.value) ? (body.value as Record<string, unknown>[]) : undefined,
    nextLink: text('@odata.nextLink'),
    deltaLink: text('@odata.deltaLink'),
  }
}

/** `400 0x80060888` */
export function describeAnswer({ status, code }: Answer): string {
  return code === undefined ? String(status) : `${status} ${code}`
}

/** Path and query of a link, as it came. */
export function pathOfLink(link: string): string {
  const slash = link.indexOf('/', link.indexOf('://') + 3)
  return slash < 0 ? '/' : link.slice(slash)
}

/** The delta token in a link, as it came; `undefined` when there is none. */
export function tokenOfLink(link: string): string | undefined {
  return /[?&]\$deltatoken=([^&]*)/i.exec(link)?.[1]
}
