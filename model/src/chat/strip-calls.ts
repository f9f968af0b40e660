/** What `stripLetters` is called in a template that `callingStrip` has changed. */
export const STRIP = 'ptask_strip_letters';

const METHODS: readonly unknown[] = ['strip', 'lstrip', 'rstrip'];

/**
 * Changes a parsed template. The library takes all blanks away where a template says which letters (`content.lstrip('\n')`),
 * so such a call of a method becomes one of a function of ours.
 */
export function callingStrip<T extends object>(program: T): T {
  change(program);
  return program;
}

function change(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  if (isNode(node)) {
    const { callee, args } = node;
    const method = callee?.property?.value;
    if (
      node.type === 'CallExpression' &&
      callee?.computed === false &&
      METHODS.includes(method) &&
      args?.length === 1
    ) {
      node.args = [callee.object, ...args, { type: 'StringLiteral', value: method }];
      node.callee = { type: 'Identifier', value: STRIP };
    }
  }
  for (const child of Object.values(node)) change(child);
}

interface Node {
  type?: unknown;
  callee?: { computed?: unknown; object?: unknown; property?: { value?: unknown }; type?: unknown; value?: unknown };
  args?: unknown[];
}

function isNode(value: object): value is Node {
  return 'type' in value;
}

/** A text without these letters at its ends, or at one of them. */
export function stripLetters(text: string, letters: string, method: string): string {
  let [from, to] = [0, text.length];
  if (method !== 'rstrip') while (from < to && letters.includes(text.charAt(from))) from += 1;
  if (method !== 'lstrip') while (from < to && letters.includes(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}
