import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../../task/src/rows.ts';
import { row, taskFile, unmark } from '../task/harness.ts';
import { editor, TASK, TRAIN, uriOf } from './harness.ts';

const lines = (first: number, last: number) => ({
  start: { line: first, character: 0 },
  end: { line: last, character: 0 },
});
const everything = lines(0, 100);

describe('the rows of a task file', () => {
  const examples = (marked: string) => {
    const { text, ranges } = unmark(taskFile({ file: `"examples": [\n${marked}\n]` }));
    const { service } = editor();
    service.openDocument(TASK, text);
    return { service, ranges };
  };

  it('are its examples, with their places', () => {
    const { service, ranges } = examples(
      '⟦{ "taskname": "sentiment-task", "sentence": "Kursen stiger" }⟧,\n⟦{ "taskname": "sentiment-task", "sentence": "B" }⟧',
    );
    const rows = service.taskRows(TASK, everything);
    expect(rows.map(({ range }) => range)).toEqual(ranges);
    expect(rows[0]).toMatchObject({
      taskFiles: [TASK],
      taskname: 'sentiment-task',
      row: { taskname: 'sentiment-task', sentence: 'Kursen stiger' },
    });
    expect(ranges.slice(0, 2).map((range) => service.taskRows(TASK, range).map(({ row }) => row.sentence))).toEqual([
      ['Kursen stiger'],
      ['B'],
    ]);
  });

  it('are of tasks that have a template', () => {
    const { service } = examples('{ "taskname": "other", "sentence": "A" }, { "sentence": "B" }, 3');
    expect(service.taskRows(TASK, everything)).toEqual([]);
  });
});

describe('the rows of a data file', () => {
  const data = (text: string) => {
    const { service } = editor();
    service.openDocument(TASK, taskFile());
    service.openDocument(TRAIN, text);
    return service;
  };

  it('are those of the lines that were asked for', () => {
    const service = data(['A', 'B', 'C', 'D'].map((sentence) => row(sentence)).join('\n'));
    const rows = service.taskRows(TRAIN, lines(1, 2));
    expect(rows.map(({ row, range }) => [row.sentence, range.start.line])).toEqual([
      ['B', 1],
      ['C', 2],
    ]);
    expect(rows[0]).toMatchObject({ taskFiles: [TASK], taskname: 'sentiment-task' });
  });

  it('are not where a line is so long that it is not read', () => {
    const service = data(row('A'.repeat(MAX_LINE_BYTES)));
    expect(service.taskRows(TRAIN, everything)).toEqual([]);
    expect(service.hover(TRAIN, { line: 0, character: 5 })).toBeUndefined();
  });

  it('are not where a line is no row, or of no task', () => {
    const { text, ranges } = unmark(`{"taskname": "sentim\n\n  ⟦${row('A')}⟧ \n{"taskname": "other"}\n[1]`);
    expect(data(text).taskRows(TRAIN, everything)).toMatchObject([{ range: ranges[0], row: { sentence: 'A' } }]);
  });

  it('belong to each task file that names it and has a template for their task', () => {
    const service = data([row('A'), row('B').replace('sentiment-task', 'tone-task')].join('\n'));
    const [same, tone] = [uriOf('project/same.ptask.json'), uriOf('project/tone.ptask.json')];
    service.openDocument(same, taskFile());
    service.openDocument(tone, taskFile().replaceAll('sentiment-task', 'tone-task'));
    service.openDocument(uriOf('project/stranger.ptask.json'), taskFile({ file: '"data": {}' }));
    const rows = service.taskRows(TRAIN, everything);
    expect(rows.map(({ row, taskFiles }) => [row.sentence, taskFiles])).toEqual([
      ['A', [TASK, same]],
      ['B', [tone]],
    ]);
  });

  it('are none where no task file names it', () => {
    const { service } = editor();
    service.openDocument(TRAIN, row('A'));
    expect(service.taskRows(TRAIN, everything)).toEqual([]);
  });
});

it('the templates of a task file have their fields but the answer, and the places of their markers', () => {
  const { text, ranges } = unmark(
    taskFile({
      of: '"prompt_template": "⟦<|VIRTUAL_PROMPT_0|>⟧ {sentence} ⟦<|VIRTUAL_PROMPT_1|>⟧ {source}:{label}", "virtual_token_splits": [5, 5]',
    }),
  );
  const { service } = editor();
  service.openDocument(TASK, text);
  expect(service.taskTemplates(TASK)).toEqual([
    { taskname: 'sentiment-task', fields: ['sentence', 'source'], answerField: 'label', markers: ranges },
  ]);
  expect(service.taskTemplates(TRAIN)).toEqual([]);
});
