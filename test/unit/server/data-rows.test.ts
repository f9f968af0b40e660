// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of snippets, not of JavaScript
import { describe, expect, it } from 'vitest';
import { row, taskFile } from '../task/harness.ts';
import { completingRow } from './completing.ts';
import { TASK, uriOf } from './harness.ts';
import { hoveringRow } from './hovering.ts';

const OTHER = uriOf('project/other.ptask.json');
const TWO_TASKS = taskFile().replace(
  '"task_templates": [',
  '"task_templates": [{ "taskname": "free-task", "prompt_template": "<|VIRTUAL_PROMPT_0|>{question}{answer}", "answer_field": "answer" }, ',
);

describe('hovering over a row of a data file', () => {
  it('shows it as the filled template, with its tokens and its split', async () => {
    const line = row('Kursen stiger');
    expect(await hoveringRow(`${row('x')}\n  ${line.replace('stiger', 'sti‸ger')}\n`)).toEqual({
      text: [
        '```text',
        '⟨10⟩ Kursen stiger:positiva',
        '```',
        '',
        '19 of at most 48 tokens.',
        '',
        'In `train_ds`.',
      ].join('\n'),
      range: { start: { line: 1, character: 2 }, end: { line: 1, character: 2 + line.length } },
    });
  });

  it('shows the text that the editor has now', async () => {
    expect((await hoveringRow(row('Helt ny‸ text')))?.text).toContain('⟨10⟩ Helt ny text:positiva');
  });

  it('says what becomes of one that is too long', async () => {
    const long = row(`${'ord '.repeat(60)}‸`);
    expect((await hoveringRow(long))?.text).toMatch(/7\d of at most 48 tokens\. Too long: the row is skipped\./);
    const cut = { [TASK]: taskFile({ of: '"truncate_field": "sentence"' }) };
    expect((await hoveringRow(long, cut))?.text).toContain('Too long: the end of `{sentence}` is cut off.');
    const answer = row('a‸', 'ord '.repeat(60));
    expect((await hoveringRow(answer, cut))?.text).toContain('Too long: the row is skipped.');
  });

  it('does not count the tokens of a very long one', async () => {
    const text = (await hoveringRow(row(`${'ord '.repeat(6000)}‸`)))?.text;
    expect(text).toContain('⟨10⟩ ord ord');
    expect(text).not.toContain('tokens');
  });

  it('says each split that its file is in', async () => {
    const both = taskFile({ file: '"data": { "train_ds": "train.jsonl", "test_ds": "train.jsonl" }' });
    expect((await hoveringRow(row('a‸'), { [TASK]: both }))?.text).toMatch(/In `train_ds` and `test_ds`\.$/);
  });

  it('shows what each task file makes of it', async () => {
    const other = taskFile({ of: '"prompt_template": "{sentence} = {label}<|VIRTUAL_PROMPT_0|>"' });
    const text = (await hoveringRow(row('a‸'), { [TASK]: taskFile(), [OTHER]: other }))?.text;
    expect(text).toContain('In `assistant.ptask.json`:');
    expect(text).toContain('⟨10⟩ a:positiva');
    expect(text).toContain('In `other.ptask.json`:');
    expect(text).toContain('a = positiva⟨10⟩');
    expect((await hoveringRow(row('a‸'), { [TASK]: taskFile(), [OTHER]: taskFile() }))?.text).not.toContain('other');
    const third = { [TASK]: taskFile(), [OTHER]: other, [uriOf('project/third.ptask.json')]: taskFile() };
    expect((await hoveringRow(row('a‸'), third))?.text).toContain('In `assistant.ptask.json` and `third.ptask.json`:');
  });

  it('says nothing of a row without a task or of a line that is none', async () => {
    expect(await hoveringRow('{"taskname": "un‸known"}')).toBeUndefined();
    expect(await hoveringRow('{"taskname": ‸')).toBeUndefined();
    expect(await hoveringRow(`${row('a')}\n‸`)).toBeUndefined();
    expect(await hoveringRow(row('a‸'), {})).toBeUndefined();
  });
});

describe('completion in a data file', () => {
  it('on an empty line gives whole rows', async () => {
    const { labels, accept } = await completingRow(`${row('a')}\n‸\n`, { snippets: true });
    expect(labels).toEqual(['Row of sentiment-task']);
    expect(accept('Row of sentiment-task')).toContain(
      '\n{"taskname": "sentiment-task", "sentence": "$1", "label": "${2|positiva,negativa|}"}\n',
    );
  });

  it('of keys gives the task, then what the template needs and the row lacks', async () => {
    expect((await completingRow('{‸}')).labels).toEqual(['taskname', 'sentence', 'label']);
    expect((await completingRow('{"‸"}')).accept('taskname')).toBe('{"taskname": "sentiment-task"}');
    const { labels, item, accept } = await completingRow('{"taskname": "sentiment-task", ‸}');
    expect(labels).toEqual(['"sentence", "label"', 'sentence', 'label']);
    expect(item('"sentence", "label"')).toMatchObject({ detail: 'all that are missing', filterText: 'sentence' });
    const named = await completingRow('{"taskname": "sentiment-task", "‸": "Bra"}');
    expect(named.labels).toEqual(['sentence', 'label']);
    expect(named.accept('sentence')).toBe('{"taskname": "sentiment-task", "sentence": "Bra"}');
    expect(accept('"sentence", "label"')).toBe('{"taskname": "sentiment-task", "sentence": "", "label": "positiva"}');
    expect((await completingRow('{"taskname": "sentiment-task", "label": "positiva", "s‸')).labels).toEqual([
      'sentence',
    ]);
  });

  it('of tasknames gives those with a template, those with the most rows first', async () => {
    const { labels, item } = await completingRow(`${row('a')}\n{"taskname": "‸"}`, { task: TWO_TASKS });
    expect(labels).toEqual(['"sentiment-task"', '"free-task"']);
    expect(item('"sentiment-task"').detail).toBe('3 rows');
  });

  it('of fields gives those of the row’s own task', async () => {
    const { labels } = await completingRow('{"taskname": "free-task", "‸"}', { task: TWO_TASKS });
    expect(labels).toEqual(['"question", "answer"', 'question', 'answer']);
  });

  it('of answers gives the labels, the commonest first, and then their other forms', async () => {
    const rows = [row('a', 'negativa'), row('b', 'negativ'), row('c', '‸')].join('\n');
    const { labels, item, accept } = await completingRow(rows);
    expect(labels).toEqual(['"negativa"', '"positiva"', '"negativ"', '"positiv"']);
    expect(item('"negativa"')).toMatchObject({ detail: '3 rows', documentation: { value: 'Also: `negativ`' } });
    expect(item('"negativ"').detail).toBe('stands for negativa');
    expect(accept('"positiv"')).toContain(row('c', 'positiv'));
  });

  it('of answers without labels gives those that many rows share', async () => {
    const task = taskFile({ of: '"labels": null' });
    const rows = [row('a', 'ja'), row('b', 'ja'), row('c', 'nej'), row('d', 'nej'), row('e', 'nej')];
    const disk = { 'validation.jsonl': '' };
    const { items } = await completingRow([...rows, row('f', '‸').replace('"}', '"')].join('\n'), { task, disk });
    expect(items.map(({ label, detail }) => [label, detail])).toEqual([
      ['"nej"', '3 rows'],
      ['"ja"', '2 rows'],
    ]);
    expect((await completingRow([...rows, row('‸')].join('\n'), { task, disk })).labels).toEqual([]);
  });

  it('works behind a byte order mark', async () => {
    const { accept } = await completingRow('\uFEFF{"taskname": "sentiment-task", "la‸"}');
    expect(accept('label')).toBe('\uFEFF{"taskname": "sentiment-task", "label": "positiva"}');
  });

  it('works in rows that are broken', async () => {
    expect((await completingRow('{"taskname": "sentiment-task" "la‸')).accept('label')).toBe(
      '{"taskname": "sentiment-task", "label": "positiva"',
    );
    expect((await completingRow('{"taskname": "sentiment-task", "label": pos‸}')).accept('"positiva"')).toBe(
      '{"taskname": "sentiment-task", "label": "positiva"}',
    );
  });

  it('is not given outside a row, inside an object of one, or for a file that no task file names', async () => {
    expect((await completingRow(`${row('a')} ‸`)).labels).toEqual([]);
    expect((await completingRow('{"taskname": {"‸"}}')).labels).toEqual([]);
    expect((await completingRow('"‸"')).labels).toEqual([]);
    expect((await completingRow('{"taskname": "sentiment-task", "label": [‸]}')).labels).toEqual([]);
    expect((await completingRow('{"taskname": "sentiment-task", "sentence": "‸"}')).labels).toEqual([]);
    expect((await completingRow('{‸}', { task: taskFile({ file: '"data": {}' }) })).labels).toEqual([]);
  });
});
