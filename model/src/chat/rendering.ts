import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { t } from '../../../l10n/src/words.ts';
import { globals } from './globals.ts';
import { callingStrip } from './strip-calls.ts';

/** Milliseconds for all that is rendered of one template, of which a usual one takes some tens. */
export const PATIENCE = 5_000;

/** Renders a template as transformers does, with these things by their names. */
export function rendering(template: string): (items: Readonly<Record<string, unknown>>) => string {
  // Any line break of a template is one line feed, as in the original.
  const tokens = tokenize(template.replaceAll(/\r\n?/g, '\n'), { lstrip_blocks: true, trim_blocks: true });
  const program = markingSaid(callingStrip(parse(tokens)));
  const deadline = performance.now() + PATIENCE;
  return (items) => {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...globals(), ...items })) environment.set(name, value);
    return String(new PatientInterpreter(environment, deadline).run(program).value);
  };
}

type Statement = Parameters<Interpreter['evaluate']>[0];
type RuntimeValue = ReturnType<Interpreter['evaluate']>;

/** The type of what `markingSaid` puts in place of an expression. */
const SAID = 'PtaskSaid';

/** Where the statements of a template stand, and the expressions that are put into its text. */
const BLOCKS: readonly string[] = ['body', 'alternate', 'defaultBlock'];

const EXPRESSIONS =
  /^(Identifier|Ternary|(Member|Call|Binary|Filter|Select|Test|Unary)Expression|(Array|Tuple|Object)Literal)$/;

interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly operator?: { readonly value: string };
  readonly left?: Node;
  readonly right?: Node;
}

/** Marks in a parsed template what is put into its text, for the interpreter to tell it from what it reckons with. */
function markingSaid<T extends object>(program: T): T {
  mark(program);
  return program;
}

function mark(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    mark(child);
    if (!BLOCKS.includes(key) || !Array.isArray(child)) continue;
    for (const [i, statement] of (child as Node[]).entries())
      if (EXPRESSIONS.test(statement.type)) child[i] = { type: SAID, value: statement };
  }
}

/**
 * The library's interpreter, with an end to its time: a template may come from anywhere, and its loops are as long as it says.
 * As in Python it writes `True` and `None`; values of two types are not equal, nor is what is missing to `none`.
 */
class PatientInterpreter extends Interpreter {
  readonly #deadline: number;

  /** @param deadline of the clock of `performance` */
  constructor(environment: Environment, deadline: number) {
    super(environment);
    this.#deadline = deadline;
  }

  override evaluate(statement: Statement, environment: Environment): RuntimeValue {
    if (performance.now() > this.#deadline) throw new Error(t('it takes too long to render'));
    const node = statement as Node | undefined;
    const literal = (value: Node): RuntimeValue => super.evaluate(value as Statement, environment);
    if (node?.type === SAID) {
      const said = this.evaluate(node.value as Statement, environment);
      const text = textOf(said);
      return text === undefined ? said : literal({ type: 'StringLiteral', value: text });
    }
    const operator = node?.type === 'BinaryExpression' ? node.operator?.value : undefined;
    if (operator === '==' || operator === '!=') {
      const [left, right] = [node?.left, node?.right].map((side) => this.evaluate(side as Statement, environment));
      return literal({ type: 'Identifier', value: `${areEqual(left!, right!) === (operator === '==')}` });
    }
    return super.evaluate(statement, environment);
  }
}

/** What Python writes for a value; undefined where the library writes the same. */
function textOf({ type, value }: RuntimeValue): string | undefined {
  if (type === 'BooleanValue') return value === true ? 'True' : 'False';
  if (type === 'NullValue') return 'None';
  if (value instanceof Map || Array.isArray(value)) throw new Error(`Cannot render a value of type ${type}`);
  return undefined;
}

function areEqual(left: RuntimeValue, right: RuntimeValue): boolean {
  const [a, b]: unknown[] = [left.value, right.value];
  // The library keeps nothing as the value of either kind of nothing.
  if (a === undefined || b === undefined) return left.type === right.type;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, i) => areEqual(value as RuntimeValue, b[i] as RuntimeValue));
  if (a instanceof Map && b instanceof Map)
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && areEqual(value, b.get(key)));
  const [x, y] = [a, b].map((value) => (typeof value === 'boolean' ? Number(value) : value));
  return x === y;
}
