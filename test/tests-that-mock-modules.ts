import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDERS = ['unit', 'golden'];

/**
 * Tests that replace modules, of those that would share a process. They stay replaced in it, so that no other test may be there.
 * @returns paths from the project's folder
 */
export function testsThatMockModules(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(path.join(import.meta.dirname, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file.replaceAll(path.sep, '/')}`)
      .filter((file) => file.endsWith('.test.ts') && mocks(path.join(import.meta.dirname, file)))
      .map((file) => `test/${file}`),
  );
}

function mocks(file: string): boolean {
  return /\bvi\.(do)?mock\(/i.test(readFileSync(file, 'utf8'));
}
