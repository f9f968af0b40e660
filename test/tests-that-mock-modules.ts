import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Tests that replace modules. These stay replaced in their process, so that no other test may share it. */
export function testsThatMockModules(): string[] {
  const folder = path.join(import.meta.dirname, 'unit');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) => file.endsWith('.test.ts') && /\bvi\.(do)?mock\(/i.test(readFileSync(path.join(folder, file), 'utf8')),
    )
    .map((file) => `test/unit/${file.replaceAll(path.sep, '/')}`);
}
