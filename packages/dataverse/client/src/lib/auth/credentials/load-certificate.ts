import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import forge from 'node-forge'

/** A certificate with its key, ready to sign with. */
export interface ClientCertificate {
  /** PEM, PKCS #8, not encrypted. */
  readonly privateKey: string
  /** Hexadecimal digits without colons. */
  readonly thumbprintSha256: string
  /** The certificate and those above it, as PEM one after the other. */
  readonly chain: string
}

/**
 * Reads a certificate from PEM text, from the content of a PEM or PFX file, or from the path of one.
 *
 * @throws Error that says which part is missing or wrong; never repeats content or password
 */
export async function loadCertificate(
  certificate: string | Uint8Array,
  password?: string | undefined,
): Promise<ClientCertificate> {
  const content =
    typeof certificate === 'string' && !certificate.includes('-----BEGIN ')
      ? await readCertificateFile(certificate)
      : Buffer.from(certificate as string)
  return content.includes('-----BEGIN ')
    ? fromPem(content.toString('utf8'), password)
    : fromPfx(content, password)
}

async function readCertificateFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
    throw new Error(`the certificate file ${JSON.stringify(path)} cannot be read (${code})`)
  }
}

function fromPem(pem: string, password: string | undefined): ClientCertificate {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  const key = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]+?-----END (?:[A-Z]+ )*PRIVATE KEY-----/.exec(
    pem,
  )?.[0]
  if (key === undefined) throw new Error('the PEM holds no private key: it needs PRIVATE KEY and CERTIFICATE')
  return assemble(key, certificates, password)
}

function fromPfx(content: Buffer, password: string | undefined): ClientCertificate {
  const pfx = openPfx(content, password)
  const bagsOf = (type: string): forge.pkcs12.Bag[] => pfx.getBags({ bagType: type })[type] ?? []
  const { pkcs8ShroudedKeyBag, keyBag, certBag } = forge.pki.oids as Record<string, string>
  const key = [...bagsOf(pkcs8ShroudedKeyBag ?? ''), ...bagsOf(keyBag ?? '')].find((bag) => bag.key)?.key
  if (!key) throw new Error('the PFX holds no RSA private key: export it together with the certificate')
  const certificates = bagsOf(certBag ?? '').flatMap(({ cert }) =>
    cert === undefined || cert === null ? [] : [forge.pki.certificateToPem(cert).trim()],
  )
  return assemble(forge.pki.privateKeyToPem(key), certificates, undefined)
}

function openPfx(content: Buffer, password: string | undefined): forge.pkcs12.Pkcs12Pfx {
  try {
    const der = forge.asn1.fromDer(forge.util.createBuffer(content.toString('binary')))
    return forge.pkcs12.pkcs12FromAsn1(der, password ?? '')
  } catch {
    throw new Error('the certificate is neither PEM nor a PFX that this password opens')
  }
}

function assemble(
  privateKey: string,
  certificates: readonly string[],
  password: string | undefined,
): ClientCertificate {
  const key = decryptKey(privateKey, password)
  const parsed = certificates.map((pem) => ({ pem, certificate: new X509Certificate(pem) }))
  const own = parsed.find(({ certificate }) => certificate.checkPrivateKey(key))
  if (own === undefined) throw new Error('no certificate in it belongs to the private key')
  const others = parsed.filter((entry) => entry !== own)
  return {
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    thumbprintSha256: own.certificate.fingerprint256.replaceAll(':', ''),
    chain: [own, ...others].map(({ pem }) => pem).join('\n'),
  }
}

function decryptKey(pem: string, password: string | undefined): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey({ key: pem, ...(password === undefined ? {} : { passphrase: password }) })
  } catch {
    throw new Error('the private key cannot be read: check the password')
  }
}
