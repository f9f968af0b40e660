import type { Rule, RuleExample } from '../task/src/rule.ts';
import { rules } from '../task/src/rules/index.ts';
import { markdownTable } from './markdown-table.ts';

/** The text of docs/rules.md, from the rules' own text. Each code is a heading, so `rules.md#split-sum` leads to it. */
export function rulesPage(): string {
  const overview = markdownTable(
    ['code', 'severity'],
    rules.map(({ code, severity }) => [`[\`${code}\`](#${code})`, severity]),
  );
  return `${[INTRODUCTION, overview, ...rules.map(section)].join('\n').trimEnd()}\n`;
}

const INTRODUCTION = `# The rules

<!-- Made from task/src/rules/; \`UPDATE_DOCS=1 npx vitest run docs\` writes it anew. -->

These are the rules by which the editor, \`ptask check\` and the start of every run judge a [task file](task-file.md) and its data.
An error keeps a run from starting; warnings and information do not. A problem's code leads to its place on this page. Where
the right answer is known, the editor offers it as a quick fix, the best one first.

The examples show only the keys or rows in question. The rest is as in the file below, whose task has the rows that an example
needs; \`trained-task\` is a task whose prompt the prompt table has, trained with this template on the demo backbone.

\`\`\`jsonc
{
  "model": "demo",
  "language": "sv",
  "task_templates": [
    {
      "taskname": "sentiment-task",
      "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}",
      "answer_field": "label",
      "labels": { "positiva": ["positiv"], "negativa": ["negativ"] }
    }
  ],
  "data": { "train_ds": ["train.jsonl"], "validation_ds": ["validation.jsonl"], "max_seq_length": 48 }
}
\`\`\`
`;

const PLACE: Record<RuleExample['of'], string> = {
  file: 'in the file',
  template: 'in the template',
  rows: 'in the training data',
};

function section({ code, severity, explanation, quickFix, example }: Rule): string {
  const language = example.of === 'rows' ? 'jsonl' : 'jsonc';
  const fenced = (text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`;
  return [
    `## ${code}\n`,
    `_${severity}_\n`,
    `${explanation}\n`,
    ...(quickFix === undefined ? [] : [`**Quick fix.** ${quickFix}\n`]),
    `Wrong, ${PLACE[example.of]}:\n`,
    fenced(example.wrong),
    'Right:\n',
    fenced(example.right),
  ].join('\n');
}
