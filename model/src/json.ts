export type JsonObject = { readonly [key: string]: unknown };

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The first key that some object of a valid JSON text holds twice. `JSON.parse` keeps the last one silently, which would let
 * one header say two things about a tensor.
 * @param text must be valid JSON
 */
export function findDuplicateKey(text: string): string | undefined {
  /** The keys so far of each object that is open, and undefined for each list. */
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '{') open.push(new Set());
    else if (c === '[') open.push(undefined);
    else if (c === '}' || c === ']') open.pop();
    if (c !== '"') continue;
    const start = i;
    i = endOfString(text, start);
    const keys = open.at(-1);
    if (!keys || !isBeforeColon(text, i)) continue;
    const key = JSON.parse(text.slice(start, i + 1)) as string;
    if (keys.has(key)) return key;
    keys.add(key);
  }
  return undefined;
}

/** The closing quote of the string that starts there. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function isBeforeColon(text: string, at: number): boolean {
  let next = at + 1;
  while (' \t\n\r'.includes(text[next]!)) next++;
  return text[next] === ':';
}
