/** Stands in for VS Code's `Uri`, with files alone. */
export class Uri {
  readonly scheme = 'file';
  readonly fsPath: string;

  constructor(fsPath: string) {
    this.fsPath = fsPath;
  }

  static file = (fsPath: string): Uri => new Uri(fsPath);
  static parse = (uri: string): Uri => new Uri(uri.replace('file://', ''));
  toString = (): string => `file://${this.fsPath}`;
}
