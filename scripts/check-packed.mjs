/**
 * Packs every published package as a release would and looks at what a user would get: publint, are-the-types-
 * wrong, the list of files, the manifest, the README. Installs nothing; silent when all is well.
 * `node scripts/check-packed.mjs [root]`, after a build, with pnpm on the PATH.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { checkTarball } from './lib/packed-files.mjs'
import { publishable, readWorkspace } from './lib/workspace.mjs'

const run = promisify(execFile)
const repository = fileURLToPath(new URL('..', import.meta.url))
const attw = fileURLToPath(
  new URL('dist/index.js', import.meta.resolve('@arethetypeswrong/cli/package.json')),
)
const queue = publishable(readWorkspace(resolve(process.argv[2] ?? repository)))
const problems = []

await Promise.all(Array.from({ length: availableParallelism() }, work))
for (const problem of problems.sort()) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0

async function work() {
  for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
    const folder = mkdtempSync(join(tmpdir(), 'packed-'))
    try {
      for (const problem of await checkPackage(entry, folder)) problems.push(`${entry.folder}: ${problem}`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

async function checkPackage(entry, folder) {
  const packing = await complaint('pnpm', ['pack', '--pack-destination', folder], entry.directory)
  if (packing !== undefined) return [packing]
  const tarball = join(folder, readdirSync(folder)[0])
  await run('tar', ['-xzf', tarball, '-C', folder])
  const commandArguments = [attw, tarball, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii']
  const types = await complaint(process.execPath, commandArguments, folder)
  return [
    ...checkTarball(join(folder, 'package'), entry.manifest),
    ...(await publintMessages(tarball)),
    ...(types === undefined ? [] : [types]),
  ]
}

async function publintMessages(tarball) {
  const bytes = readFileSync(tarball)
  const contents = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball: contents }, strict: true })
  return messages.map((message) => `publint says: ${formatMessage(message, pkg, { color: false })}`)
}

/** What a command printed when it failed; undefined when it did not. */
async function complaint(command, commandArguments, cwd) {
  try {
    await run(command, commandArguments, { cwd, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } })
    return undefined
  } catch (error) {
    const printed = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim() || error.message
    return `${command === 'pnpm' ? 'pnpm pack' : 'attw'} says:\n${printed.replace(/^/gm, '    ')}`
  }
}
