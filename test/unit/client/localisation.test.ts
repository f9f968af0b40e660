import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const json = (file: string): Record<string, string> => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));

/** The texts that the client gives to a function named `t`, and how often it gives something else than a literal. */
function translatedTexts(): { texts: Set<string>; others: string[] } {
  const texts = new Set<string>();
  const others: string[] = [];
  const files = readdirSync(path.join(ROOT, 'client'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(path.join(ROOT, 'client', file), 'utf8');
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && /(^|\.)t$/.test(node.expression.getText())) {
        const [first] = node.arguments;
        if (first && ts.isStringLiteralLike(first)) texts.add(first.text);
        else others.push(`${file}: ${node.getText()}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { texts, others };
}

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([match]) => match).sort();

describe('Swedish', () => {
  const { texts, others } = translatedTexts();
  const swedish = json('l10n/bundle.l10n.sv.json');

  it('has every text of the client, and no other', () => {
    expect(others).toEqual([]);
    expect(Object.keys(swedish).sort()).toEqual([...texts].sort());
  });

  it('keeps every placeholder', () => {
    for (const [text, translation] of Object.entries(swedish)) {
      expect(placeholders(translation), text).toEqual(placeholders(text));
    }
  });

  it('has every text of the manifest', () => {
    expect(Object.keys(json('package.nls.sv.json'))).toEqual(Object.keys(json('package.nls.json')));
  });
});

it('the manifest names each of its texts, and uses all of them', () => {
  const manifest = readFileSync(path.join(ROOT, 'package.json'), 'utf8');
  const used = [...manifest.matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => key);
  expect([...new Set(used)].sort()).toEqual(Object.keys(json('package.nls.json')).sort());
});
