import { X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import { generate } from 'selfsigned'

export interface TestCertificate {
  readonly pem: string
  readonly certificate: string
  readonly privateKey: string
  readonly thumbprintSha256: string
  /** PKCS #12 with these contents. */
  pfx(password: string | null, algorithm?: '3des' | 'aes256'): Buffer
}

/** A self-signed certificate with an RSA key, in every form that people have. */
export async function makeCertificate(): Promise<TestCertificate> {
  const { private: privateKey, cert: certificate } = await generate([
    { name: 'commonName', value: 'deltaverse' },
  ])
  return {
    pem: `${privateKey}\n${certificate}`,
    certificate,
    privateKey,
    thumbprintSha256: new X509Certificate(certificate).fingerprint256.replaceAll(':', ''),
    pfx(password, algorithm = 'aes256') {
      const asn1 = forge.pkcs12.toPkcs12Asn1(
        forge.pki.privateKeyFromPem(privateKey),
        forge.pki.certificateFromPem(certificate),
        password,
        { algorithm },
      )
      return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary')
    },
  }
}
