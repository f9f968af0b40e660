import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const ROOT = path.resolve(import.meta.dirname, '../../..');

async function loadGrammar(): Promise<textmate.IGrammar> {
  await oniguruma.loadWASM(readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm')));
  const file = path.join(ROOT, 'syntaxes/ptask.tmLanguage.json');
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(file, 'utf8'), file),
  });
  return (await registry.loadGrammar('source.json.comments.ptask'))!;
}

const grammar = await loadGrammar();

export interface Token {
  text: string;
  /** From the root's on, outermost first; several names of one rule are scopes of their own. */
  scopes: string[];
}

/** The tokens of a text, as VS Code colours it. */
export function tokenise(text: string): Token[] {
  let state: textmate.StateStack | null = null;
  return text.split('\n').flatMap((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.flatMap(({ startIndex, endIndex, scopes }) => {
      const part = line.slice(startIndex, endIndex);
      return part === '' ? [] : [{ text: part, scopes: scopes.flatMap((scope) => scope.split(' ')) }];
    });
  });
}

/** The texts of all tokens with a scope, neighbours joined. */
export function coloured(text: string, scope: string): string[] {
  const found: string[] = [];
  let isOpen = false;
  for (const token of tokenise(text)) {
    const has = token.scopes.some((name) => name === scope || name.startsWith(`${scope}.`));
    if (has && isOpen) found[found.length - 1] += token.text;
    else if (has) found.push(token.text);
    isOpen = has;
  }
  return found;
}
