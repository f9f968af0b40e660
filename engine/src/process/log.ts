/** `info: 3 rows predicted`: a line on standard error, which the parent keeps; the last ones tell of a crash. */
function write(level: string, text: string): void {
  for (const line of text.split('\n')) process.stderr.write(`${level}: ${line}\n`);
}

export const log = {
  debug: (text: string) => write('debug', text),
  info: (text: string) => write('info', text),
  warning: (text: string) => write('warning', text),
  error: (text: string) => write('error', text),
};
