import { defineOptions, flag, instance, type OptionsInput, oneOf, text } from '@deltaverse/options'
import type { Dispatcher } from 'undici'
import { certificateOption } from './certificate-option.js'
import { onDeviceCode } from './device-code-event.js'

const clouds = ['public', 'us-government', 'us-dod', 'china'] as const

const dispatcherSpec = {
  dispatcher: instance<Dispatcher>(['dispatch'])({
    defaultText: 'direct connections',
    doc: 'For proxies or an own certificate authority.',
  }),
} as const

/** Where tokens are asked for. */
export const authoritySpec = {
  tenantId: text({
    form: { pattern: /^[A-Za-z0-9.-]+$/, words: "an id or a domain such as 'contoso.onmicrosoft.com'" },
    doc: 'Directory (tenant) id or domain. Needed unless authority is given.',
  }),
  cloud: oneOf(clouds, {
    defaultText: "'public'",
    doc: "The Microsoft cloud; cloudForUrl(url) tells it from an environment's URL.",
  }),
  authority: text({
    doc: 'Full address of the authority instead of tenantId and cloud, such as `https://adfs.contoso.com/adfs` (AD FS 2019 or later; older ones ask for `resource` instead of `scope` and do not work).',
  }),
} as const

const clientId = (doc: string) => text({ required: true, doc })
const application = clientId('Application (client) id of the app registration.')

/** The options of `clientSecretCredential()`. */
export const clientSecretOptions = defineOptions('clientSecretCredential()', {
  clientId: application,
  clientSecret: text({ required: true, doc: 'A client secret of the app registration.' }),
  ...authoritySpec,
  ...dispatcherSpec,
})

/** The options of `clientCertificateCredential()`. */
export const clientCertificateOptions = defineOptions('clientCertificateCredential()', {
  clientId: application,
  certificate: certificateOption,
  password: text({
    defaultText: 'none',
    doc: 'Password of the PFX or of the encrypted private key.',
  }),
  sendCertificateChain: flag({
    default: false,
    doc: 'Sends the certificate chain along, for app registrations that trust subject name and issuer.',
  }),
  ...authoritySpec,
  ...dispatcherSpec,
})

/** The options of `deviceCodeCredential()`. */
export const deviceCodeOptions = defineOptions('deviceCodeCredential()', {
  clientId: clientId('Application (client) id of an app registration that allows public client flows.'),
  onEvent: onDeviceCode({ required: true, doc: 'Shows the code to the user.' }),
  ...authoritySpec,
  ...dispatcherSpec,
})

/** The options of `managedIdentityCredential()`. */
export const managedIdentityOptions = defineOptions('managedIdentityCredential()', {
  clientId: text({
    defaultText: 'the system-assigned identity',
    doc: 'Client id of a user-assigned identity. At most one of the three ids is given.',
  }),
  objectId: text({ doc: 'Object (principal) id of a user-assigned identity.' }),
  resourceId: text({ doc: 'Azure resource id of a user-assigned identity.' }),
  dispatcher: instance<Dispatcher>(['dispatch'])({
    defaultText: 'direct connections',
    doc: 'For proxies. MSAL keeps the one of the first managed identity credential for the whole process.',
  }),
})

/** The options of `credentialFromEnvironment()`. */
export const environmentOptions = defineOptions('credentialFromEnvironment()', {
  onEvent: onDeviceCode({ doc: 'Shows a device code to the user; needed with DATAVERSE_AUTH=device-code.' }),
  ...dispatcherSpec,
})

export type AuthorityOptions = OptionsInput<typeof authoritySpec>
export type ClientSecretCredentialOptions = OptionsInput<typeof clientSecretOptions.spec>
export type ClientCertificateCredentialOptions = OptionsInput<typeof clientCertificateOptions.spec>
export type DeviceCodeCredentialOptions = OptionsInput<typeof deviceCodeOptions.spec>
export type ManagedIdentityCredentialOptions = OptionsInput<typeof managedIdentityOptions.spec>
export type CredentialFromEnvironmentOptions = OptionsInput<typeof environmentOptions.spec>
