import type { WriteVariant, WriteVariantName } from './write-load.js'
/** Loads one variant and nothing else, so that none carries the memory of another's packages. */
export async function loadWriteVariant(name: WriteVariantName): Promise<WriteVariant> {
  switch (name) {
    case 'writer, $batch':
      return (await import('./write-with-writer.js')).writeBatches
    case 'writer, $batch, results()':
      return (await import('./write-with-writer.js')).writeBatchesWithResults
    case 'writer, UpsertMultiple':
      return (await import('./write-with-writer.js')).writeBulk
    case 'bare $batch':
      return (await import('./write-bare.js')).writeBare
    case 'dynamics-web-api, batch':
      return (await import('./write-with-dynamics-web-api.js')).writeWithDynamicsWebApi
  }
}
