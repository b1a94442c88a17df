export type { AuthorityOptions } from './lib/credentials/authority.js'
export {
  type ClientCertificateCredentialOptions,
  clientCertificateCredential,
} from './lib/credentials/client-certificate-credential.js'
export {
  type ClientSecretCredentialOptions,
  clientSecretCredential,
} from './lib/credentials/client-secret-credential.js'
export { type Cloud, cloudForUrl } from './lib/credentials/cloud.js'
export {
  type CredentialFromEnvironmentOptions,
  credentialFromEnvironment,
} from './lib/credentials/credential-from-environment.js'
export {
  type DeviceCode,
  type DeviceCodeCredentialOptions,
  deviceCodeCredential,
} from './lib/credentials/device-code-credential.js'
export {
  type ManagedIdentityCredentialOptions,
  managedIdentityCredential,
} from './lib/credentials/managed-identity-credential.js'
