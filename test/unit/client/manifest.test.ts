import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '../../..');

it('each page that is brought back in a new window wakes the extension there', () => {
  const { activationEvents } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    activationEvents: string[];
  };
  const client = path.join(ROOT, 'client/src');
  const sources = readdirSync(client, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const serialised = sources
    .map((file) => readFileSync(path.join(client, file), 'utf8'))
    .filter((text) => text.includes('registerWebviewPanelSerializer('));
  expect(serialised).not.toEqual([]);
  for (const text of serialised) {
    const [, viewType] = /const VIEW_TYPE = '([^']+)'/.exec(text) ?? [];
    expect(activationEvents).toContain(`onWebviewPanel:${viewType}`);
  }
});

it('what needs an operating system is not hidden by that of the window, which may be on another machine', () => {
  const manifest = readFileSync(path.join(ROOT, 'package.json'), 'utf8');
  const conditions = [...manifest.matchAll(/"(?:when|enablement)": "([^"]*)"/g)].map(([, condition]) => condition!);
  const bySystem = conditions.filter((condition) => /\bis(Linux|Mac|Windows)\b/.test(condition));
  expect(bySystem).toEqual(['isLinux || remoteName']);
});
