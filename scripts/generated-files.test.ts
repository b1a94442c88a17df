import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const repository = fileURLToPath(new URL('..', import.meta.url))
const load = (file: string) => import(new URL(file, import.meta.url).href)
type Generate = (root: string) => Record<string, string>
const { staleFiles } = (await load('./lib/generated-files.mjs')) as {
  staleFiles: (root: string, files: Record<string, string>) => { path: string }[]
}

describe('generated files', () => {
  it('of the registry name every connector', async () => {
    const { registryFiles } = (await load('./lib/registry-files.mjs')) as { registryFiles: Generate }
    const stale = staleFiles(repository, registryFiles(repository)).map(({ path }) => path)
    expect(stale, 'run node scripts/generate-registry.mjs').toEqual([])
  })

  it('are found out when they are not as they were generated', () => {
    expect(
      staleFiles(repository, { 'package.json': 'x', 'not/there.txt': '' }).map(({ path }) => path),
    ).toEqual(['package.json', 'not/there.txt'])
  })
})
