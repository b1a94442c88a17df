/**
 * Writes the JSON Schema of job files into the package `deltaverse`, from the declarations of the built packages. With `--check` it
 * writes nothing, and exits 1 when the file is not as the declarations.
 * `node scripts/write-job-schema.mjs [--check] [root]`
 */
import { fileURLToPath } from 'node:url'
import { writeOrCheck } from './lib/generated-files.mjs'

const home = fileURLToPath(new URL('..', import.meta.url))
const { loadJobFileSchema } = await import('../apps/deltaverse/dist/job-file/load-job-file-schema.js')
const schema = {
  // Draft 7 is what editors know best; what job files need is the same in all that came later.
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Job file of deltaverse',
  ...(await loadJobFileSchema()),
}
const text = `${JSON.stringify(schema, undefined, 1)}\n`
writeOrCheck(process.argv.slice(2), home, () => ({ 'apps/deltaverse/deltaverse.schema.json': text }), {
  script: 'node scripts/write-job-schema.mjs',
})
