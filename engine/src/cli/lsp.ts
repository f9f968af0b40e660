import { readArguments, UsageError } from './usage.ts';

/**
 * `ptask lsp --stdio`: the language server, for any editor. It is a program of its own, which reads the same arguments.
 * @param program the file that it is in
 */
export function languageServer(program: URL): (args: readonly string[]) => Promise<number> {
  return async (args) => {
    const { values } = readArguments(args, { stdio: { type: 'boolean' }, clientProcessId: { type: 'string' } }, [0, 0]);
    if (!values.stdio) throw new UsageError('lsp talks to an editor over standard input and output: ptask lsp --stdio');
    await import(program.href);
    // From here on the editor says when it ends, and with which code.
    return 0;
  };
}
