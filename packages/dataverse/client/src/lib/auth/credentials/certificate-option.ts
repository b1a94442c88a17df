import { createOption, kindOf } from '@deltaverse/options'

/** An option that takes what `loadCertificate()` reads. */
export const certificateOption = createOption<string | Uint8Array, { required: true; doc: string }>(
  {
    check(name, value) {
      if (value instanceof Uint8Array || (typeof value === 'string' && value !== '')) return value
      throw new TypeError(`${name} must be text or bytes, received ${kindOf(value)}`)
    },
    type: 'text or bytes',
    schema: { type: 'string' },
  },
  {
    required: true,
    doc: 'Certificate with its private key: PEM text, the content of a PEM or PFX (PKCS #12) file, or the path of such a file, which is read when the first token is asked for.',
  },
)
