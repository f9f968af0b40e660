/** Folders of `test/unit` whose tests mock no module and leave nothing behind in their process, which they share. */
export const PURE_FOLDERS = [
  'autodiff',
  'data',
  'l10n',
  'model',
  'onnx',
  'process',
  'prompt',
  'server',
  'syntaxes',
  'task',
];
