interface StaleFile {
  readonly path: string
  readonly text: string
}
export function staleFiles(root: string, files: Readonly<Record<string, string>>): StaleFile[]
