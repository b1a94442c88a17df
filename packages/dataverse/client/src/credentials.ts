export type { AuthorityOptions } from './lib/auth/credentials/authority.js'
export {
  type ClientCertificateCredentialOptions,
  clientCertificateCredential,
} from './lib/auth/credentials/client-certificate-credential.js'
export {
  type ClientSecretCredentialOptions,
  clientSecretCredential,
} from './lib/auth/credentials/client-secret-credential.js'
export { type Cloud, cloudForUrl } from './lib/auth/credentials/cloud.js'
export {
  type CredentialFromEnvironmentOptions,
  credentialFromEnvironment,
} from './lib/auth/credentials/credential-from-environment.js'
export {
  type DeviceCode,
  type DeviceCodeCredentialOptions,
  deviceCodeCredential,
} from './lib/auth/credentials/device-code-credential.js'
export {
  type ManagedIdentityCredentialOptions,
  managedIdentityCredential,
} from './lib/auth/credentials/managed-identity-credential.js'
