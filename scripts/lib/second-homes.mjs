import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineCounter, parseFile } from './syntax-tree.mjs'
import { filesBelow } from './workspace.mjs'

/**
 * Files that give out, beside what they declare, what another file declares: `{ path, name, line }`. Whoever imports it from there
 * names the wrong home, types above all, and the file is needed by readers of two things. Entry points of a package are there
 * to gather names; test files export nothing that counts.
 */
export function secondHomes({ directory, manifest }) {
  const entries = entryFiles(manifest)
  return filesBelow(join(directory, 'src'), ['.ts'])
    .map((name) => `src/${name}`)
    .filter((path) => !entries.has(path) && !path.endsWith('.test.ts'))
    .flatMap((path) => {
      const text = readFileSync(join(directory, path), 'utf8')
      const lineOf = lineCounter(text)
      return passedOn(parseFile(path, text)).map(({ name, offset }) => ({ path, name, line: lineOf(offset) }))
    })
}

/** The sources of what a package's manifest says can be imported or run. */
function entryFiles(manifest) {
  const targets = JSON.stringify([manifest.exports ?? {}, manifest.bin ?? {}]).matchAll(
    /\.\/dist\/([^"]+)\.js"/g,
  )
  return new Set([...targets].map(([, name]) => `src/${name}.ts`))
}

function passedOn({ body }) {
  const imported = new Set(
    body
      .filter(({ type }) => type === 'ImportDeclaration')
      .flatMap(({ specifiers }) => specifiers.map(({ local }) => local.name)),
  )
  return body.flatMap((statement) => {
    if (statement.type === 'ExportAllDeclaration') return [{ name: '*', offset: statement.start }]
    if (statement.type !== 'ExportNamedDeclaration') return []
    return (statement.specifiers ?? [])
      .filter(({ local }) => statement.source !== null || imported.has(local.name))
      .map(({ local }) => ({ name: local.name, offset: statement.start }))
  })
}
