interface WorkspacePackage {
  readonly folder: string
  readonly directory: string
  readonly manifestText: string
  readonly manifest: {
    readonly name: string
    readonly private?: boolean
    readonly dependencies?: Readonly<Record<string, string>>
    readonly devDependencies?: Readonly<Record<string, string>>
    readonly exports?: Readonly<Record<string, unknown>>
  }
}
export function readWorkspace(root: string): WorkspacePackage[]
export function publishable(workspace: readonly WorkspacePackage[]): WorkspacePackage[]
export function filesBelow(directory: string, endings: readonly string[]): string[]
export function readIfThere(file: string): string | undefined
