/**
 * Draws the layers into `docs/layers.svg`, from the real imports. With `--check` it writes nothing, and exits 1 when the
 * picture is not of today.
 * `node scripts/draw-layers.mjs [--check] [root]`
 */
import { fileURLToPath } from 'node:url'
import { writeOrCheck } from './lib/generated-files.mjs'
import { layersPicture } from './lib/layers-picture.mjs'

const draw = (root) => ({ 'docs/layers.svg': layersPicture(root) })
writeOrCheck(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)), draw, {
  script: 'node scripts/draw-layers.mjs',
})
