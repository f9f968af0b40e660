/** Paths from the root of the repository, and in the package. */
export interface PackagedFile {
  readonly from: string;
  readonly to: string;
}

export const TARGETS: readonly string[];
export function ownFiles(root: string): Promise<PackagedFile[]>;
export function dependencyFiles(root: string, target: string): Promise<PackagedFile[]>;
