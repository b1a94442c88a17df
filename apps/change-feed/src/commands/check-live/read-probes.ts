import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/core'
import { describeTable, type TableDescription } from '@deltaverse/dataverse'
import { checkFact, type Fact, learnFact, unseenFact } from './fact.js'
import { describeAnswer, type Page, pathOfLink, probe, readPage, tokenOfLink } from './probe.js'

export interface ReadProbeOptions {
  /** Logical name or entity set. */
  readonly table: string
  readonly pageSize: number
  /** How many pages are read, at the service's own page size, to reach the delta link. */
  readonly maxPages: number
  readonly call: CallOptions
}

/** Facts about reading; nothing is written. */
export async function probeReading(client: DataverseClient, options: ReadProbeOptions): Promise<Fact[]> {
  const { call } = options
  const table = await describeTable(client, options.table, call)
  const facts: Fact[] = [
    ...(await probeEnvironment(client, call)),
    checkFact(
      `change tracking of ${table.logicalName}`,
      'switched on',
      table.changeTrackingEnabled ? 'switched on' : 'switched off',
      table.changeTrackingEnabled,
    ),
  ]
  if (!table.changeTrackingEnabled) {
    const answer = await probe(client, keysOf(table), tracked(), call)
    return [
      ...facts,
      checkFact(
        'a tracked read without change tracking',
        '0x80072491',
        describeAnswer(answer),
        answer.code === '0x80072491',
      ),
    ]
  }
  return [
    ...facts,
    ...(await probeFirstPages(client, table, options)),
    ...(await probeRefusals(client, table, call)),
    ...(await probeDelta(client, table, options)),
  ]
}

async function probeEnvironment(client: DataverseClient, call: CallOptions): Promise<Fact[]> {
  const who = await probe(client, 'WhoAmI', {}, call)
  const settings = await probe(client, 'organizations?$select=expirechangetrackingindays', {}, call)
  // The one answer that is large everywhere: small ones need not be compressed.
  const definitions = await probe(client, 'EntityDefinitions?$select=LogicalName,DisplayName', {}, call)
  const encoding = definitions.headers['content-encoding']
  const days = /"expirechangetrackingindays":\s*(\d+|null)/.exec(settings.text)?.[1]
  return [
    checkFact('WhoAmI', '200', describeAnswer(who), who.status === 200),
    checkFact(
      'compression when gzip and br are accepted',
      'gzip or br',
      encoding ?? 'none',
      encoding !== undefined,
    ),
    checkFact(
      'days that change tracking is kept (expirechangetrackingindays)',
      '7 unless somebody changed it',
      days ?? `not readable: ${describeAnswer(settings)}`,
      days !== undefined,
    ),
  ]
}

async function probeFirstPages(
  client: DataverseClient,
  table: TableDescription,
  { pageSize, call }: ReadProbeOptions,
): Promise<Fact[]> {
  const one = await readPage(client, keysOf(table), 'odata.track-changes', call)
  const both = `odata.track-changes,odata.maxpagesize=${pageSize}`
  const first = await readPage(client, keysOf(table), both, call)
  const facts = [
    learnFact('Preference-Applied for odata.track-changes alone', appliedBy(one)),
    learnFact('Preference-Applied for two preferences', appliedBy(first)),
    checkFact(
      'context of a first tracked page',
      'that of an ordinary read',
      lastSegment(first.context),
      !first.context.includes('$delta'),
    ),
    learnFact('place of the links in a first page', linkPlaces(first)),
  ]
  if (first.nextLink === undefined) {
    return [...facts, unseenFact('a tracked next link', `the table fits a page of ${pageSize} rows`)]
  }
  const second = await readPage(client, pathOfLink(first.nextLink), both, call)
  return [
    ...facts,
    checkFact(
      'delta link on a page that has a next link',
      'none',
      first.deltaLink === undefined ? 'none' : 'there',
      first.deltaLink === undefined,
    ),
    learnFact('istracking in a tracked next link', istracking(first.nextLink)),
    learnFact('Preference-Applied on a second page', appliedBy(second)),
    checkFact('rows on a page', `${pageSize}`, `${first.value?.length}`, first.value?.length === pageSize),
  ]
}

async function probeRefusals(
  client: DataverseClient,
  table: TableDescription,
  call: CallOptions,
): Promise<Fact[]> {
  const set = table.entitySet
  const top = await probe(client, `${keysOf(table)}&$top=1`, tracked(), call)
  const filter = await probe(
    client,
    `${keysOf(table)}&$filter=createdon ne null`.replaceAll(' ', '%20'),
    tracked(),
    call,
  )
  const garbled = await probe(client, `${set}?$select=${table.primaryKey}&$deltatoken=garbled`, {}, call)
  const future = '999999999999%2101%2f01%2f2099%2000%3a00%3a00'
  const ahead = await probe(client, `${set}?$select=${table.primaryKey}&$deltatoken=${future}`, {}, call)
  return [
    checkFact('$top with change tracking', '400 0x80060888', describeAnswer(top), top.status === 400),
    checkFact(
      '$filter with change tracking',
      '400 0x80060888',
      describeAnswer(filter),
      filter.status === 400,
    ),
    learnFact('a delta token that is none', describeAnswer(garbled)),
    learnFact('a delta token of the future', describeAnswer(ahead)),
  ]
}

async function probeDelta(
  client: DataverseClient,
  table: TableDescription,
  { maxPages, call }: ReadProbeOptions,
): Promise<Fact[]> {
  const last = await readToDeltaLink(client, table, maxPages, call)
  if (last?.deltaLink === undefined) {
    return [unseenFact('the delta link', `not reached in ${maxPages} pages: see --max-pages`)]
  }
  const token = tokenOfLink(last.deltaLink) ?? ''
  const delta = await readPage(client, pathOfLink(last.deltaLink), undefined, call)
  const count = await probe(client, `${table.entitySet}/$count?$deltatoken=${token}`, {}, call)
  const others = await probe(client, `${table.entitySet}?$deltatoken=${token}`, {}, call)
  const next = delta.deltaLink === undefined ? undefined : tokenOfLink(delta.deltaLink)
  return [
    checkFact(
      'a delta token, decoded',
      '<number>!<MM/dd/yyyy HH:mm:ss>',
      decodeURIComponent(token),
      /^\d+!\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/.test(decodeURIComponent(token)),
    ),
    learnFact('hexadecimal digits in a delta token', hexCase(token)),
    learnFact('place of the links in a last page', linkPlaces(last)),
    checkFact(
      'context of a delta',
      'ends in /$delta',
      lastSegment(delta.context),
      delta.context.endsWith('/$delta'),
    ),
    learnFact('value of a delta', delta.value === undefined ? 'absent' : `${delta.value.length} rows`),
    checkFact(
      'delta link of a delta',
      'there',
      delta.deltaLink === undefined ? 'none' : 'there',
      delta.deltaLink !== undefined,
    ),
    learnFact(
      'a delta token of the keys, followed with all columns',
      `${describeAnswer(others)} ${/#[^"]*/.exec(others.text)?.[0] ?? ''}`.trim(),
    ),
    learnFact('the token of the next delta', next === token ? 'the same one' : 'another one'),
    learnFact('Preference-Applied on a delta asked for without Prefer', appliedBy(delta)),
    checkFact(
      '$count of a delta token',
      '200, a number',
      `${describeAnswer(count)}, ${JSON.stringify(count.text.slice(0, 40))}, ${count.headers['content-type'] ?? 'no content type'}`,
      count.status === 200 && /^\uFEFF?\d+$/.test(count.text),
    ),
  ]
}

/** Reads keys only, at the service's own page size, until the page with the delta link. */
export async function readToDeltaLink(
  client: DataverseClient,
  table: TableDescription,
  maxPages: number,
  call: CallOptions,
): Promise<Page | undefined> {
  let path: string | undefined = keysOf(table)
  for (let pages = 0; pages < maxPages && path !== undefined; pages += 1) {
    const page: Page = await readPage(client, path, 'odata.track-changes', call)
    if (page.deltaLink !== undefined) return page
    path = page.nextLink === undefined ? undefined : pathOfLink(page.nextLink)
  }
  return undefined
}

function keysOf({ entitySet, primaryKey }: TableDescription): string {
  return `${entitySet}?$select=${primaryKey}`
}

function tracked(): Record<string, string> {
  return { Prefer: 'odata.track-changes' }
}

function appliedBy(page: Page): string {
  return page.headers['preference-applied'] ?? 'no such header'
}

function lastSegment(context: string): string {
  return context.slice(context.indexOf('#'))
}

function linkPlaces({ members }: Page): string {
  const value = members.indexOf('value')
  const places = members
    .filter((name) => name.endsWith('Link'))
    .map((name) => `${name} ${members.indexOf(name) < value ? 'before' : 'after'} value`)
  return places.length === 0 ? 'none' : places.join(', ')
}

function istracking(link: string): string {
  return /istracking=(?:%22|")?(\w+)/i.exec(decodeURIComponent(link))?.[1] ?? 'not there'
}

function hexCase(token: string): string {
  if (/%[0-9]?[a-f]/.test(token)) return 'lower case'
  return /%[0-9]?[A-F]/.test(token) ? 'upper case' : 'none with a letter'
}
