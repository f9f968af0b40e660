import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type KnownAnswers, TaskAnswers } from '../../../engine/src/answer/task-answers.ts';
import { ModelMemo } from '../../../engine/src/model-memo.ts';
import { Predictor } from '../../../engine/src/predict/predictor.ts';
import { openForAnswers, templateOf } from '../../../engine/src/project.ts';
import { Recent } from '../../../engine/src/recent.ts';
import { type Json, open, trainProject, writeProject } from '../train/small-project.ts';

const released: Predictor[] = [];
afterAll(async () => {
  for (const predictor of released) await predictor.release();
});

let file: string;
beforeAll(async () => {
  file = writeProject();
  await trainProject(file);
});

async function answersOf(change: (text: string) => string = (text) => text, known: KnownAnswers = new Recent(100)) {
  const text = change(JSON.stringify((await open(file)).file));
  const project = await openForAnswers(file, { text, models: new ModelMemo() });
  const predictor = new Predictor(project.backbone);
  released.push(predictor);
  return { predictor, answers: new TaskAnswers(project, predictor, templateOf(project, 'mood'), known) };
}

const row = (label?: string, text = 'up 1'): Json => ({ taskname: 'mood', text, ...(label ? { label } : {}) });

describe('answers', () => {
  it('are held against the row’s own, label forms mapped', async () => {
    const { answers } = await answersOf();
    const [known, form, unlisted, alone] = await answers.answer([row('good'), row('g'), row('odd'), row()], false);
    const { trained } = known!;
    expect(known).toMatchObject({ text: ' up 1:', expected: { text: 'good', label: 'good' } });
    expect(trained!.right).toBe(trained!.text === 'good');
    expect(trained!.candidates!.map(({ text }) => text).sort()).toEqual(['bad', 'good']);
    expect(form).toMatchObject({ expected: { text: 'g', label: 'good' }, trained: { right: trained!.right } });
    expect(unlisted).toMatchObject({ expected: { text: 'odd', label: undefined }, trained: { right: false } });
    expect(alone!.expected).toBeUndefined();
    expect(alone!.trained).toEqual({ ...trained, right: undefined });
    expect(known!.untrained).toBeUndefined();
  });

  it('are right whether or not the label has a blank in front', async () => {
    const { answers } = await answersOf((text) => text.replace('"good":["g"],"bad":["b"]', '" good":[]," bad":[]'));
    const found = await answers.answer([row('good'), row('bad'), row(' good')], false);
    const isGood = found[0]!.trained!.text === ' good';
    expect(found.map(({ trained }) => trained!.right)).toEqual([isGood, !isGood, isGood]);
  });

  it('of the untrained model are given beside them where they are asked for', async () => {
    const { answers } = await answersOf();
    const [answered] = await answers.answer([row('good')], true);
    expect(answered!.untrained!.candidates).toHaveLength(2);
    expect(answered!.trained).toBeDefined();
  });

  it('are computed once for a row and a prompt, whatever the row’s answer is', async () => {
    const { predictor, answers } = await answersOf();
    const score = vi.spyOn(predictor, 'score');
    const first = await answers.answer([row('good'), row('bad', 'down')], false);
    expect(score).toHaveBeenCalledTimes(1);
    expect(await answers.answer([row('bad', 'down'), row('good')], false)).toEqual([...first].reverse());
    await answers.answer([row('bad')], false);
    expect(score).toHaveBeenCalledTimes(1);
    await answers.answer([row('bad', 'new')], false);
    expect(score).toHaveBeenCalledTimes(2);
  });

  it('are the same however few of them are kept', async () => {
    const all = await answersOf();
    const few = await answersOf(undefined, new Recent(2));
    for (const texts of [
      ['up 1', 'up 2'],
      ['up 1', 'down 3', 'down 4'],
      ['up 5', 'down 4', 'up 2'],
    ]) {
      const rows = texts.map((text) => row('good', text));
      const known = await all.answers.answer(rows, false);
      const found = await few.answers.answer(rows, false);
      expect(found.map(({ problem, trained }) => [problem, trained?.text])).toEqual(
        known.map(({ trained }) => [undefined, trained!.text]),
      );
    }
  });

  it('are computed where they could not be at first, as while memory was short', async () => {
    const { predictor, answers } = await answersOf();
    vi.spyOn(predictor, 'cachePrefix').mockRejectedValueOnce(new Error('Failed to allocate memory'));
    await expect(answers.answer([row('good')], false)).rejects.toThrow('allocate');
    const [answered] = await answers.answer([row('good')], false);
    expect(answered!.trained!.candidates).toHaveLength(2);
  });

  it('without a prompt are made ready once, for whoever asks for them next', async () => {
    const { predictor, answers } = await answersOf();
    const score = vi.spyOn(predictor, 'score');
    await answers.prepareUntrained(row('good'));
    await answers.prepareUntrained(row('bad', 'down'));
    expect(score).toHaveBeenCalledTimes(1);
    // The prompt is asked, and the model without one is known to have answered already.
    const [answered] = await answers.answer([row('good')], true);
    expect(answered!.untrained!.candidates).toHaveLength(2);
    expect(score).toHaveBeenCalledTimes(2);
  });

  it('without a prompt are computed once for a row, however often the task is trained', async () => {
    const known: KnownAnswers = new Recent(100);
    // Of the same template and model, and without a prompt.
    const untrained = await answersOf((text) => text.replace('small.prompts', 'none.prompts'), known);
    const [before] = await untrained.answers.answer([row('good')], true);
    const { predictor, answers } = await answersOf(undefined, known);
    const score = vi.spyOn(predictor, 'score');
    const [after] = await answers.answer([row('good')], true);
    expect(after!.trained).toBeDefined();
    expect(after!.untrained).toEqual(before!.untrained);
    expect(score).toHaveBeenCalledTimes(1);
  });

  it('of a stale prompt are given as such, with the template that it was trained with', async () => {
    const current = (await (await answersOf()).answers.answer([row('good')], false))[0]!;
    const { answers } = await answersOf((text) => text.replace('{text}: {label}', 'It is {text} : {label}'));
    expect(answers.prompt.state.state).toBe('stale');
    const [stale] = await answers.answer([row('good')], false);
    expect(stale).toMatchObject({ text: ' It is up 1 :', trained: undefined, stale: { text: current.trained!.text } });
    expect(stale!.stale!.candidates![0]!.probability).toBeCloseTo(current.trained!.candidates![0]!.probability, 5);
  });

  it('are none for a row that lacks a field or is too long, and it says why', async () => {
    const { answers } = await answersOf((text) => text.replace('"truncate_field":"text"', '"truncate_field":null'));
    const [missing, number, long] = await answers.answer(
      [{ taskname: 'mood' }, { taskname: 'mood', text: 3 }, row('good', 'x'.repeat(200))],
      true,
    );
    expect(missing!.problem).toBe('"text" is missing, which the template of \'mood\' needs');
    expect(number!.problem).toBe('"text" is not a string, which the template of \'mood\' needs');
    expect(long).toMatchObject({
      problem: 'the row is too long for the model',
      trained: undefined,
      untrained: undefined,
    });
  });

  it('are said to be missing for the length of a row only where something was asked', async () => {
    const untruncated = (text: string) => text.replace('"truncate_field":"text"', '"truncate_field":null');
    const untrained = (text: string) => untruncated(text).replace('small.prompts', 'none.prompts');
    const problemOf = async (change: (text: string) => string, withUntrained: boolean) => {
      const { answers } = await answersOf(change);
      return (await answers.answer([row('good', 'x'.repeat(200))], withUntrained))[0]!.problem;
    };
    const tooLong = 'the row is too long for the model';
    expect(await problemOf(untruncated, false)).toBe(tooLong);
    expect(await problemOf(untrained, true)).toBe(tooLong);
    expect(await problemOf(untrained, false)).toBeUndefined();
  });
});
