export { clientCertificateCredential } from './lib/auth/credentials/client-certificate-credential.js'
export { clientSecretCredential } from './lib/auth/credentials/client-secret-credential.js'
export { type Cloud, cloudForUrl } from './lib/auth/credentials/cloud.js'
export { credentialFromEnvironment } from './lib/auth/credentials/credential-from-environment.js'
export type {
  AuthorityOptions,
  ClientCertificateCredentialOptions,
  ClientSecretCredentialOptions,
  CredentialFromEnvironmentOptions,
  DeviceCodeCredentialOptions,
  ManagedIdentityCredentialOptions,
} from './lib/auth/credentials/credential-options.js'
export { deviceCodeCredential } from './lib/auth/credentials/device-code-credential.js'
export type { CredentialEvent, DeviceCodeEvent } from './lib/auth/credentials/device-code-event.js'
export { managedIdentityCredential } from './lib/auth/credentials/managed-identity-credential.js'
