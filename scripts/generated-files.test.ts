import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { staleFiles } from './lib/generated-files.mjs'
import { readWorkspace } from './lib/workspace.mjs'

const repository = fileURLToPath(new URL('..', import.meta.url))
const load = (file: string) => import(new URL(file, import.meta.url).href)
type Generate = (root: string) => Record<string, string>
describe('generated files', () => {
  it('of the registry name every connector', async () => {
    const { registryFiles } = (await load('./lib/registry-files.mjs')) as { registryFiles: Generate }
    const stale = staleFiles(repository, registryFiles(repository)).map(({ path }) => path)
    expect(stale, 'run node scripts/generate-registry.mjs').toEqual([])
  })

  it('of the layers draw every package, and the imports of today', async () => {
    const { layersPicture } = (await load('./lib/layers-picture.mjs')) as {
      layersPicture: (root: string) => string
    }
    const picture = layersPicture(repository)
    const stale = staleFiles(repository, { 'docs/layers.svg': picture }).map(({ path }) => path)
    expect(stale, 'run node scripts/draw-layers.mjs').toEqual([])
    const missing = readWorkspace(repository).filter(
      ({ folder }) => !picture.includes(`>${folder.split('/').at(-1)}</text>`),
    )
    expect(missing).toEqual([])
  })

  it('are found out when they are not as they were generated', () => {
    expect(
      staleFiles(repository, { 'package.json': 'x', 'not/there.txt': '' }).map(({ path }) => path),
    ).toEqual(['package.json', 'not/there.txt'])
  })
})
