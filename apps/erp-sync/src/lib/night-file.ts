import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Product } from './catalogue.js'

const columns = [
  'productnumber',
  'name',
  'description',
  'price',
  'standardcost',
  'quantityonhand',
  'quantitydecimal',
  'size',
  'vendorname',
] as const satisfies readonly (keyof Product)[]

/** Writes products as an ERP exports them: CSV with a byte order mark, CRLF, prices with two digits, empty cells for nothing. */
export async function writeNightFile(path: string, products: Iterable<Product>): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await pipeline(linesOf(products), createWriteStream(path))
}

function* linesOf(products: Iterable<Product>): Generator<string, void, undefined> {
  yield `\uFEFF${columns.join(',')}\r\n`
  for (const product of products) yield `${columns.map((name) => cell(name, product[name])).join(',')}\r\n`
}

function cell(name: string, value: string | number | null): string {
  if (value === null) return ''
  if (name === 'price' || name === 'standardcost') return Number(value).toFixed(2)
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
