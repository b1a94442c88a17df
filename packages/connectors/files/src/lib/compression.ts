/** How a file is compressed, by its name. */
export function compressionOf(file: string): 'none' | 'gzip' {
  return file.endsWith('.gz') ? 'gzip' : 'none'
}
