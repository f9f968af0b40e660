import { describe, expect, it } from 'vitest';
import { fetchingText, fetchText, hubNameProblem, modelGroups } from '../../../client/src/models/model-text.ts';
import type { ModelAbout, ModelOffer, ModelsResult, PlanFetchResult } from '../../../protocol/src/models.ts';
import { english } from './texts.ts';

const about = (changes: Partial<ModelAbout> = {}): ModelAbout => ({
  architecture: 'gpt2',
  parameters: 124e6,
  bytes: 548e6,
  secondsPerStep: 0.42,
  memoryBytes: 1.2e9,
  gated: false,
  ...changes,
});
const offer = (changes: Partial<ModelOffer> = {}): ModelOffer => ({
  name: 'owner/name',
  source: 'hub',
  about: about(),
  problem: undefined,
  ...changes,
});
const groups = (models: ModelOffer[], changes: Partial<ModelsResult> = {}) =>
  modelGroups(
    {
      ...{ current: 'demo', language: 'sv', memoryBytes: 16e9, step: { rows: 8, tokensARow: 64 } },
      models,
      ...changes,
    },
    english,
  );
const detail = (changes: Partial<ModelAbout>) => groups([offer({ about: about(changes) })])[0]!.models[0]!.detail;

describe('the models to choose from', () => {
  it('are those that are there, and those to be fetched for the language', () => {
    const found = groups([
      offer({ name: '../broken', source: 'folder', about: undefined, problem: 'it has no config.json' }),
      offer(),
      offer({
        name: 'other/model',
        source: 'suggested',
        about: about({ parameters: 1.24e9, bytes: 2.47e9, gated: true }),
      }),
    ]);
    expect(
      found.map(({ title, models }) => [title, models.map((line) => [line.offer.name, line.description])]),
    ).toEqual([
      [
        'On this machine',
        [
          ['owner/name', 'gpt2 · 124 million parameters · 548 MB'],
          ['../broken', 'cannot be used'],
        ],
      ],
      [
        'To be fetched, for Swedish',
        [['other/model', 'gpt2 · 1.24 billion parameters · 2.5 GB · with terms to accept']],
      ],
    ]);
    expect(found[0]!.models[1]!.detail).toBe('it has no config.json');
  });

  it('say which one is chosen', () => {
    const [group] = groups([offer()], { current: 'owner/name' });
    expect(group!.models[0]!.description).toMatch(/^chosen · gpt2/);
  });

  it.each([null, 'no-such language'])('need no language that has a name: %s', (language) => {
    const [group] = groups([offer({ source: 'suggested' })], { language });
    expect(group!.title).toMatch(/^To be fetched/);
  });

  it('say what a step takes', () => {
    expect(detail({})).toBe('about 1.2 GB of memory, 0.42 s a step');
    expect(detail({ secondsPerStep: 0.0001 })).toContain('0.01 s a step');
    expect(detail({ secondsPerStep: 4.25 })).toContain('4.3 s a step');
    expect(detail({ secondsPerStep: 90 })).toContain('2 min a step');
  });

  it('say what does not fit this machine, and what hardly does', () => {
    expect(detail({ memoryBytes: 12e9 })).toBe('about 12.0 GB of memory, 0.42 s a step: most of what this machine has');
    expect(detail({ memoryBytes: 30e9 })).toBe(
      'too large: needs about 30.0 GB of memory, and this machine has 16.0 GB',
    );
  });
});

describe('what a fetch takes', () => {
  const plan: PlanFetchResult = {
    page: 'https://huggingface.co/owner/name',
    bytes: 552e6,
    missingBytes: 552e6,
    files: 6,
    cacheFolder: '/home/eva/.cache/huggingface/hub',
    gated: false,
    architecture: 'gpt2',
    parameters: 124e6,
  };

  it('is told before', () => {
    expect(fetchText(plan, english).split('\n')).toEqual([
      '552 MB in 6 files',
      'gpt2 · 124 million parameters',
      'From https://huggingface.co/owner/name',
      'Into the cache that Hugging Face’s programs share, /home/eva/.cache/huggingface/hub',
    ]);
  });

  it('is less where some of it is there, and may have terms', () => {
    const lines = fetchText({ ...plan, missingBytes: 52e6, gated: true, parameters: undefined }, english).split('\n');
    expect(lines.slice(0, 2)).toEqual(['52 MB of 552 MB in 6 files are missing', 'gpt2']);
    expect(lines.at(-1)).toContain('accepted its terms');
    expect(fetchText({ ...plan, files: 1 }, english)).toMatch(/^552 MB in 1 file\n/);
  });

  it('is told on the way', () => {
    const state = {
      token: 'a',
      present: 282e6,
      bytes: 552e6,
      bytesPerSecond: 12e6,
      secondsLeft: 22.4,
      waiting: undefined,
    };
    expect(fetchingText(state, english)).toBe('282 MB of 552 MB · 12 MB a second · 22 s left');
    expect(fetchingText({ ...state, bytesPerSecond: 310e3 }, english)).toMatch(/ · 310 kB a second · /);
    expect(fetchingText({ ...state, waiting: 'the hub does not answer' }, english)).toBe(
      '282 MB of 552 MB · the hub does not answer',
    );
  });
});

it.each([
  ['gpt2', true],
  ['owner/name-1.3b', true],
  ['', false],
  ['a/b/c', false],
  ['./folder', false],
])('%j may be the name of a model: %s', (name, may) => {
  expect(hubNameProblem(name, english) === undefined).toBe(may);
});
