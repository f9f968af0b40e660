import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { speak } from '../../l10n/src/words.ts';
import type { Key, ValueShape } from '../../task/src/key-types.ts';
import { taskFileShape } from '../../task/src/keys.ts';
import { check, row, taskFile } from './task/harness.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const json = (file: string): Record<string, string> => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));

/** Those that there is a bundle for, beside English. */
const LANGUAGES = readdirSync(path.join(ROOT, 'l10n')).flatMap(
  (name) => /^bundle\.l10n\.(.+)\.json$/.exec(name)?.[1] ?? [],
);
const bundleOf = (language: string) => json(`l10n/bundle.l10n.${language}.json`);

/** All that an editor may be told comes from these. */
const FOLDERS = ['client', 'server', 'task', 'model', 'engine'];

/** The command line speaks English alone, and so does the schema, a file of which there is one. */
const ENGLISH = /^(engine\/src\/cli|task\/src\/json-schema)\b/;

/** Our source files by path from the root, with `/`. */
function ourSources(): Map<string, string> {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  );
  return new Map(
    files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [file.split(path.sep).join('/'), readFileSync(path.join(ROOT, file), 'utf8')]),
  );
}

interface Texts {
  /** What is given to a function named `t`. */
  readonly texts: Set<string>;
  /** Calls of it with something else than a text that stands there. */
  readonly others: string[];
  /** Calls of it while a module is loaded, when no language has been given yet. */
  readonly early: string[];
  /** Texts for the user that are not given to it. */
  readonly untranslated: string[];
}

function textsOf(sources: ReadonlyMap<string, string>): Texts {
  const found: Texts = { texts: new Set(), others: [], early: [], untranslated: [] };
  for (const [file, text] of sources) {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node, isInFunction: boolean): void => {
      if (isTranslation(node)) {
        const [first] = node.arguments;
        if (first && ts.isStringLiteralLike(first)) found.texts.add(first.text);
        else found.others.push(`${file}: ${node.getText()}`);
        if (!isInFunction) found.early.push(`${file}: ${node.getText()}`);
      }
      if (!ENGLISH.test(file)) {
        found.untranslated.push(
          ...saidBy(node)
            .flatMap(proseIn)
            .map((prose) => `${file}: ${prose}`),
        );
      }
      ts.forEachChild(node, (child) => visit(child, isInFunction || ts.isFunctionLike(node)));
    };
    visit(source, false);
  }
  return found;
}

function isTranslation(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && /(^|\.)t$/.test(node.expression.getText());
}

/** Properties and arguments that are shown to a user. */
const SHOWN_KEYS = /^(message|title|tooltip|detail|documentation|note|forAll|reason|problem)$/;
const SHOWING_CALLS = /^(fixOf|paragraphs|bullets|broken|notFound|unusable|malformed|context\.related|(this\.)?fail)$/;
/** Errors of ours whose messages are for the user; others are faults of the program. */
const SHOWN_ERRORS =
  /^(Input|Busy|Engine|Diverged|File|Hub|ModelFolder|WeightRead|DemoBackbone|OnnxWeights|WhisperPackage)Error$|^(Transient|UnusableTokenizer)$/;

/** What a node shows to the user, if it does. */
function saidBy(node: ts.Node): ts.Node[] {
  if (ts.isPropertyAssignment(node)) return SHOWN_KEYS.test(node.name.getText()) ? [node.initializer] : [];
  // As `{ message }` it is shown under its own name.
  if (ts.isVariableDeclaration(node))
    return node.initializer && SHOWN_KEYS.test(node.name.getText()) ? [node.initializer] : [];
  if (ts.isCallExpression(node)) return SHOWING_CALLS.test(node.expression.getText()) ? [...node.arguments] : [];
  if (ts.isNewExpression(node)) return SHOWN_ERRORS.test(node.expression.getText()) ? [...(node.arguments ?? [])] : [];
  return [];
}

/** `amount(2, 'virtual token')` is told a noun by its English name. */
function isAmount(node: ts.Node): boolean {
  return ts.isCallExpression(node) && node.expression.getText() === 'amount';
}

/** Words that stand in an expression itself, and are not on their way through `t` or out of a function. */
function proseIn(node: ts.Node): string[] {
  if (isTranslation(node) || isAmount(node) || ts.isFunctionLike(node)) return [];
  const isText = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
  if (isText && /\p{L}{2,} \p{L}/u.test(withoutValues(node))) return [node.getText()];
  const inner: string[] = [];
  ts.forEachChild(node, (child) => {
    inner.push(...proseIn(child));
  });
  return inner;
}

function withoutValues(node: ts.StringLiteralLike | ts.TemplateExpression): string {
  return ts.isStringLiteralLike(node)
    ? node.text
    : [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…');
}

/** What is said of the keys of a task file and their values; it stands in a table, and is translated where it is shown. */
function documentationOf(shape: ValueShape): string[] {
  switch (shape.kind) {
    case 'text':
      return Object.values(shape.meanings ?? {});
    case 'nullable':
      return documentationOf(shape.of);
    case 'list':
      return documentationOf(shape.items);
    case 'map':
      return documentationOf(shape.values);
    case 'section':
      return Object.values(shape.keys).flatMap(({ doc, absent, shape: inner }: Key<unknown>) => [
        doc,
        ...(absent !== 'required' && 'derived' in absent ? [absent.derived] : []),
        ...documentationOf(inner),
      ]);
    default:
      return [];
  }
}

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([match]) => match).sort();
const ending = (text: string) => /[.?!:;…]?$/.exec(text)![0];

const { texts, others, early, untranslated } = textsOf(ourSources());

describe('a translation', () => {
  it('is asked for with a text that stands in the code', () => expect(others).toEqual([]));

  it('is asked for when a text is needed, not when a module is loaded', () => expect(early).toEqual([]));

  it('is asked for of every message, title and explanation', () => expect(untranslated).toEqual([]));
});

describe.each(LANGUAGES)('the bundle of %s', (language) => {
  const bundle = bundleOf(language);

  it('has every text of the client, the language server and the engine, and no other', () => {
    const all = new Set([...texts, ...documentationOf(taskFileShape)]);
    expect(
      [...all].filter((text) => !Object.hasOwn(bundle, text)),
      'to be translated',
    ).toEqual([]);
    expect(
      Object.keys(bundle).filter((text) => !all.has(text)),
      'to be removed, since nothing says it',
    ).toEqual([]);
  });

  it('keeps every placeholder, and how a text ends', () => {
    for (const [text, translation] of Object.entries(bundle)) {
      expect(placeholders(translation), text).toEqual(placeholders(text));
      expect(ending(translation), text).toBe(ending(text));
    }
  });

  it('comes with every text of the manifest', () => {
    expect(Object.keys(json(`package.nls.${language}.json`))).toEqual(Object.keys(json('package.nls.json')));
  });
});

describe('the checks notice', () => {
  const of = (text: string) => textsOf(new Map([['task/src/a.ts', text]]));

  it('a text that is made up', () => expect(of('const a = () => t(`a` + b);').others).toHaveLength(1));
  it('a text that is asked for too early', () => {
    expect(of("const A = { a: t('a text') };").early).toHaveLength(1);
    expect(of("const A = { a: () => t('a text') };").early).toEqual([]);
  });
  it('words that go past it', () => {
    expect(of("report({ message: 'This is wrong.' });").untranslated).toHaveLength(1);
    expect(of("report({ message: bad ? t('a text') : `It is wrong` });").untranslated).toHaveLength(1);
    expect(of("const message = 'This is wrong.';").untranslated).toHaveLength(1);
    expect(of("throw new InputError('no such file');").untranslated).toHaveLength(1);
    expect(of("throw new RangeError('no such index');").untranslated).toEqual([]);
    expect(of("report({ message: t('a text {0}', 'of two words') });").untranslated).toEqual([]);
    expect(of("report({ code: 'not for people' });").untranslated).toEqual([]);
  });
});

it('the manifest names each of its texts, and uses all of them', () => {
  const manifest = readFileSync(path.join(ROOT, 'package.json'), 'utf8');
  const used = [...manifest.matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => key);
  expect([...new Set(used)].sort()).toEqual(Object.keys(json('package.nls.json')).sort());
});

describe('the walkthrough', () => {
  const folder = path.join(ROOT, 'media/walkthrough');

  it.each(LANGUAGES)('has each page in %s', (language) => {
    const pages = readdirSync(folder).filter((name) => !name.includes('.nls.'));
    const translated = pages.map((name) => name.replace('.md', `.nls.${language}.md`));
    expect(translated.filter((name) => !existsSync(path.join(folder, name)))).toEqual([]);
  });

  it.each([
    ['example.md', 'positive', 'negative'],
    ['example.nls.sv.md', 'positiv', 'negativ'],
  ])('shows in %s a task file without a fault', async (page, good, bad) => {
    const task = /```jsonc\n(.*?)```/s.exec(readFileSync(path.join(folder, page), 'utf8'))![1]!;
    const data = { 'train.jsonl': [row('It rises', good), row('It falls', bad)].join('\n') };
    const { problems } = await check({ task, data });
    expect(problems.filter(({ severity }) => severity !== 'information')).toEqual([]);
  });

  it.each(['en', ...LANGUAGES])('shows what the editor says in %s', async (language) => {
    const [page, bundle] = language === 'en' ? ['check.md', {}] : [`check.nls.${language}.md`, bundleOf(language)];
    const lines = readFileSync(path.join(folder, page), 'utf8').trim().split('\n').slice(1, -1);
    const [total, splits, , said, title] = lines.map((line) => line.trim().replace(/^💡 /, ''));
    speak(language, bundle);
    try {
      const { problems } = await check({ task: taskFile({ of: `${total}${splits!.replace(/,$/, '')}` }) });
      expect(problems.map(({ message, fixes }) => [message, fixes?.[0]?.title])).toEqual([[said, title]]);
    } finally {
      speak('en', {});
    }
  });
});
