/** The declarations of options by themselves, for programs that offer them: nothing of the client is loaded with them. */
export {
  authoritySpec,
  clientCertificateOptions,
  clientSecretOptions,
  deviceCodeOptions,
  environmentOptions,
  managedIdentityOptions,
} from './lib/auth/credentials/credential-options.js'
export { clientOptions } from './lib/client-options.js'
export { governorOptions } from './lib/governor/governor-options.js'
