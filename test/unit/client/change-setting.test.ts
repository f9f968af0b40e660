import { expect, it, vi } from 'vitest';
import { changeSetting } from '../../../client/src/change-setting.ts';

/** Settings as VS Code keeps them: the narrowest value counts. */
const vscode = vi.hoisted(() => {
  const GLOBAL = 1;
  const values = new Map<number, unknown>();
  const present = () => values.get(3) ?? values.get(2) ?? values.get(GLOBAL) ?? true;
  return {
    values,
    present,
    ConfigurationTarget: { Global: GLOBAL, Workspace: 2, WorkspaceFolder: 3 },
    workspace: {
      getConfiguration: () => ({
        get: present,
        inspect: () => ({ workspaceValue: values.get(2), workspaceFolderValue: values.get(3) }),
        update: async (_: string, value: unknown, target: number) => void values.set(target, value),
      }),
    },
  };
});
vi.mock('vscode', () => vscode);

it.each([
  ['nowhere', []],
  ['by the user', [1]],
  ['by the workspace', [1, 2]],
  ['by a folder', [2, 3]],
])('a setting that was set %s is changed so that it shows', async (_, targets) => {
  vscode.values.clear();
  for (const target of targets) vscode.values.set(target, true);
  await changeSetting<boolean>('predictions.inline', undefined, (isOn) => !isOn);
  expect(vscode.present()).toBe(false);
  await changeSetting<boolean>('predictions.inline', undefined, (isOn) => !isOn);
  expect(vscode.present()).toBe(true);
});
