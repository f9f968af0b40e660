import { type Effect, repair } from '../json-repairs.ts';
import { parseJsonTree } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

export const jsonSyntax: Rule = {
  code: 'json-syntax',
  severity: 'error',
  explanation:
    'The file is not JSON with comments at this place. Everything else in it that can still be read is checked all the same. What only looks wrong because of one slip is not told, neither of the file nor of its rows.',
  quickFix:
    'Puts in a comma, a colon, quotes or brackets that are missing, takes out one that is too much, or writes a character as an escape or a number as JSON has it, where that makes the text JSON.',
  example: {
    of: 'file',
    wrong: '"language": sv',
    right: '"language": "sv", // comments and trailing commas are fine',
  },
  checkFile(context, report) {
    const problems = context.parsed.problems.filter(({ code }) => code === 'json-syntax');
    const most = context.text.length > MAX_REPAIRED_LENGTH ? 0 : MAX_REPAIRED;
    for (const [index, { message, start, end }] of problems.entries()) {
      const effectOf = (text: string): Effect => {
        const left = errorsIn(text);
        if (left.length === 0) return 'cures';
        const helps = left.length < problems.length && timesSaid(message, left) < timesSaid(message, problems);
        return helps ? 'helps' : undefined;
      };
      const fixes = index < most ? repair(context.text, { start, end }, effectOf) : [];
      report({ at: { start, end }, message, fixes });
    }
  },
};

/** One mistake often makes several, and each repair that is tried means reading the file again, at every keystroke. */
const MAX_REPAIRED = 3;
const MAX_REPAIRED_LENGTH = 32_000;

function errorsIn(text: string): { message: string }[] {
  return parseJsonTree(text.replace(/^\uFEFF/, ' '), { comments: true }).errors;
}

function timesSaid(message: string, errors: readonly { message: string }[]): number {
  return errors.filter((error) => error.message === message).length;
}
