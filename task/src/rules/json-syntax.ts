import type { Rule } from '../rule.ts';

export const jsonSyntax: Rule = {
  code: 'json-syntax',
  severity: 'error',
  explanation:
    'The file is not JSON with comments at this place. Everything else in it that can still be read is checked all the same.',
  example: {
    of: 'file',
    wrong: '"language": sv',
    right: '"language": "sv", // comments and trailing commas are fine',
  },
  checkFile(context, report) {
    for (const problem of context.parsed.problems) {
      if (problem.code === 'json-syntax') report({ at: problem, message: problem.message });
    }
  },
};
