type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => Number.isInteger(value) && (value as number) >= 0;
const isObject: Check = (value) => typeof value === 'object' && value !== null;
const isListOf =
  (isItem: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(isItem);
const has =
  (parts: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(parts).every(([key, check]) => check((value as Record<string, unknown>)[key]));

const isPosition = has({ line: isCount, character: isCount });
const isRange = has({ start: isPosition, end: isPosition });

/** What parameters are called in the protocol, and what they are there. */
const PARTS = {
  capabilities: isObject,
  context: isObject,
  newName: isText,
  options: isObject,
  position: isPosition,
  positions: isListOf(isPosition),
  previousResultIds: isListOf(has({ uri: isText, value: isText })),
  range: isRange,
  textDocument: has({ uri: isText }),
} as const satisfies Readonly<Record<string, Check>>;

const AT_A_PLACE = ['textDocument', 'position'] as const;

/** What is needed to answer, of the protocol's requests. */
const NEEDED: Readonly<Record<string, readonly (keyof typeof PARTS)[]>> = {
  initialize: ['capabilities'],
  'codeAction/resolve': [],
  'textDocument/codeAction': ['textDocument', 'range', 'context'],
  'textDocument/codeLens': ['textDocument'],
  'textDocument/completion': AT_A_PLACE,
  'textDocument/definition': AT_A_PLACE,
  'textDocument/diagnostic': ['textDocument'],
  'textDocument/documentHighlight': AT_A_PLACE,
  'textDocument/documentLink': ['textDocument'],
  'textDocument/documentSymbol': ['textDocument'],
  'textDocument/foldingRange': ['textDocument'],
  'textDocument/formatting': ['textDocument', 'options'],
  'textDocument/hover': AT_A_PLACE,
  'textDocument/inlayHint': ['textDocument', 'range'],
  'textDocument/prepareRename': AT_A_PLACE,
  'textDocument/rangeFormatting': ['textDocument', 'range', 'options'],
  'textDocument/references': [...AT_A_PLACE, 'context'],
  'textDocument/rename': [...AT_A_PLACE, 'newName'],
  'textDocument/selectionRange': ['textDocument', 'positions'],
  'textDocument/semanticTokens/full': ['textDocument'],
  'textDocument/semanticTokens/range': ['textDocument', 'range'],
  'workspace/diagnostic': ['previousResultIds'],
};

/** What is wrong with the parameters of a request, as far as the answer depends on it; undefined where nothing is. */
export function parameterFault(method: string, params: unknown): string | undefined {
  if (!Object.hasOwn(NEEDED, method)) return undefined;
  if (!isObject(params)) return `${method} wants parameters`;
  const given = params as Readonly<Record<string, unknown>>;
  const wrong = NEEDED[method]!.find((part) => !PARTS[part](given[part]));
  return wrong && `${method}: ${wrong} is ${given[wrong] === undefined ? 'missing' : 'malformed'}`;
}
