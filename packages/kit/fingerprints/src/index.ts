export { createFingerprints } from './lib/fingerprints.js'
export type { FingerprintsOptions } from './lib/options.js'
