/**
 * Does what somebody does who has only the READMEs: installs the packed packages into an empty project, by npm and by pnpm, and brings rows
 * out, in, and by a plan, from the command line, from a job file and by the façade; and compiles TypeScript that uses them, with declarations.
 * `node scripts/try-packed.mjs [npm|pnpm]…`, after a build, with pnpm on the PATH. Default: both.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { publishable, readWorkspace } from './lib/workspace.mjs'

const run = promisify(execFile)
const repository = fileURLToPath(new URL('..', import.meta.url))
const managers = process.argv.length > 2 ? process.argv.slice(2) : ['npm', 'pnpm']
const folder = mkdtempSync(join(tmpdir(), 'deltaverse-packed-'))
const env = {
  ...process.env,
  HOME: join(folder, 'home'),
  NO_COLOR: '1',
  CI: 'true',
  npm_config_update_notifier: 'false',
}

try {
  mkdirSync(env.HOME)
  const tarballs = await packAll()
  for (const manager of managers) {
    await install(manager, tarballs)
    await use(join(folder, manager))
    console.log(
      `the packed packages do what their READMEs say, installed by ${manager}, on Node ${process.version}`,
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The tarballs by the names of their packages. */
async function packAll() {
  const target = join(folder, 'tarballs')
  mkdirSync(target)
  const tarballs = {}
  for (const { manifest, directory } of publishable(readWorkspace(repository))) {
    await run('pnpm', ['pack', '--pack-destination', target], { cwd: directory })
    const file = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`
    if (!existsSync(join(target, file))) throw new Error(`${manifest.name} was packed, but not as ${file}`)
    tarballs[manifest.name] = `file:${join(target, file)}`
  }
  return tarballs
}

async function install(manager, tarballs) {
  const project = join(folder, manager)
  mkdirSync(project)
  const { devDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  const catalog = readFileSync(join(repository, 'pnpm-workspace.yaml'), 'utf8')
  const typescript = /^ {2}typescript: (\S+)$/m.exec(catalog)?.[1] ?? devDependencies.typescript
  const nodeTypes = /^ {2}"@types\/node": (\S+)$/m.exec(catalog)?.[1] ?? '*'
  const dependencies = Object.fromEntries(
    [
      'deltaverse',
      '@deltaverse/client',
      '@deltaverse/dataverse',
      '@deltaverse/files',
      '@deltaverse/sync',
    ].map((name) => [name, tarballs[name]]),
  )
  const manifest = {
    name: 'newcomer',
    private: true,
    type: 'module',
    dependencies,
    devDependencies: { typescript, '@types/node': nodeTypes },
    // The others come from tarballs as well: nothing of them is on a registry.
    overrides: { ...tarballs, ...dependencies },
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest, null, 2))
  if (manager === 'npm') {
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: project, env })
    return
  }
  const overrides = Object.entries(tarballs).map(([name, file]) => `  '${name}': '${file}'\n`)
  writeFileSync(
    join(project, 'pnpm-workspace.yaml'),
    `packages: []\nallowBuilds:\n  "@photostructure/sqlite": true\n  classic-level: true\noverrides:\n${overrides.join('')}`,
  )
  await run('pnpm', ['install', '--no-frozen-lockfile', '--prefer-offline'], { cwd: project, env })
}

async function use(project) {
  const bin = join(project, 'node_modules/deltaverse/dist/bin.js')
  const cli = async (...args) =>
    JSON.parse((await run(process.execPath, [bin, ...args, '--json'], { cwd: project, env })).stdout)
  const rows = {
    contacts: [{ lastname: 'Old', employeeid: 'E-0' }],
    products: [{ productnumber: 'P-1', name: 'One' }],
  }
  writeFileSync(join(project, 'rows.json'), JSON.stringify(rows))
  writeFileSync(
    join(project, 'employees.csv'),
    'employeeid;lastname;birthdate\nE-1;Lovelace;1980-12-10\nE-2;"Hopper; Grace";\n',
  )
  const emulator = spawn(process.execPath, [bin, 'emulate', '--port', '0', '--rows', 'rows.json'], {
    cwd: project,
    env,
  })
  try {
    const url = await urlOf(emulator)
    const expect = (what, is) => {
      if (!is) throw new Error(`${project}: ${what} is not so`)
    }
    await cli('keys', 'contact', '--ensure', 'employeeid', '--name', 'new_employee', '--from', url)
    const pulled = await cli(
      'pull',
      '--from',
      url,
      '--table',
      'product:name,productnumber',
      '--to',
      './data',
      '--mode',
      'mirror',
      '--lines',
      'rows',
    )
    expect(
      'a pull brings a row',
      pulled.tables[0].upserted === 1 && existsSync(join(project, 'data/products.ndjson')),
    )
    const into = ['--to', url, '--table', 'contact', '--key', 'employeeid']
    const planned = await cli('plan', 'push', 'employees.csv', ...into, '-o', 'plan.json')
    expect('a plan is made', planned.ok && existsSync(join(project, 'plan.json')))
    const done = await cli('run', '--plan', 'plan.json')
    expect('a plan is carried out', done.tables[0].created === 2)
    const again = await cli('push', 'employees.csv', ...into)
    expect('a second push writes nothing', again.tables[0].unchanged === 2 && again.tables[0].writes === 0)
    writeFileSync(
      join(project, 'deltaverse.yaml'),
      `connections:\n  crm: { dataverse: "${url}" }\njobs:\n  out:\n    pull: { from: crm, tables: { contact: { columns: [lastname, employeeid] } } }\n    to: { sqlite: ./crm.sqlite }\n`,
    )
    expect('a job runs', (await cli('run')).ok && existsSync(join(project, 'crm.sqlite')))
    expect(
      'a sink is as the table',
      (
        await cli(
          'verify',
          '--from',
          url,
          '--table',
          'product:name,productnumber',
          '--to',
          './data',
          '--mode',
          'mirror',
          '--lines',
          'rows',
        )
      ).ok,
    )
    writeFileSync(
      join(project, 'facade.mjs'),
      `import { connect, files } from 'deltaverse'\nconst crm = await connect(${JSON.stringify(url)})\nconst { upserted } = await crm.table('contacts').syncTo(files('./out'))\nif (upserted !== 3) throw new Error(String(upserted))\nawait crm.close()\n`,
    )
    await run(process.execPath, ['facade.mjs'], { cwd: project, env })
    await compile(project)
  } finally {
    emulator.kill('SIGTERM')
    await once(emulator, 'exit')
  }
}

/** The URL that the emulator prints once it listens. */
async function urlOf(emulator) {
  for await (const line of createInterface({ input: emulator.stdout })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
    if (url !== undefined) return url
  }
  throw new Error('the emulator said no URL')
}

/** TypeScript of a user, strict and with declarations: what the packages export has to name all that it needs. */
async function compile(project) {
  writeFileSync(
    join(project, 'use.ts'),
    `import { createClient, isDataverseError } from '@deltaverse/client'
import { type Change, createChangeFeed, createUpsertWriter, queryRows } from '@deltaverse/dataverse'
import { createFileSink } from '@deltaverse/files'
import { sync } from '@deltaverse/sync'
import { connect, files } from 'deltaverse'

interface Contact {
  readonly contactid: string
  readonly lastname: string | null
}

export const client = createClient({ url: 'http://127.0.0.1:1' })
export const feed = createChangeFeed<Contact>(client, { entitySet: 'contacts', select: ['lastname'] })
export const writer = createUpsertWriter(client, { entitySet: 'contacts', key: ['employeeid'] })
export const sink = createFileSink({ directory: './out', name: 'contacts' })
export const run = () => sync({ name: 'contacts', source: feed, sink })
export const rows = () => queryRows(client, 'contacts?$select=lastname')
export const isGone = (change: Change): boolean => change.kind === 'deleted'
export const isOurs = (error: unknown): boolean => isDataverseError(error)
export const place = async () => (await connect('http://127.0.0.1:1')).table('contact').syncTo(files('./data'))
`,
  )
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2022',
        strict: true,
        declaration: true,
        outDir: 'built',
        types: ['node'],
        exactOptionalPropertyTypes: true,
      },
      files: ['use.ts'],
    }),
  )
  const bin = join(project, 'node_modules/.bin/tsc')
  await run(bin, ['-p', '.'], { cwd: project, env }).catch(({ stdout, message }) => {
    throw new Error(`${stdout || message}`)
  })
  if (!readdirSync(join(project, 'built')).includes('use.d.ts')) throw new Error('no declarations were made')
}
