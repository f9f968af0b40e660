import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../unit/model/tiny-folder.ts';
import { SERVER } from '../editor.ts';
import { clients } from './clients.ts';
import { Conversation } from './conversation.ts';
import { readDeclarations } from './declared-types.ts';
import { session, workplace } from './session.ts';

const DECLARATIONS = readDeclarations();

describe('all that the server says is as the protocol has it, to', () => {
  it.each(clients(DECLARATIONS))('$name', async (client) => {
    const env = { PTASK_CACHE: await temporaryFolder() };
    const talk = new Conversation([process.execPath, SERVER, '--stdio'], client, DECLARATIONS, env);
    await session(talk, await workplace());
    expect(await talk.end()).toBe(0);
    expect([...new Set(talk.faults)]).toEqual([]);
    expect([...talk.answered].sort()).toEqual(questionsFor(talk));
  });
});

/** What is asked of a server in a session, and has an answer, by what it offers. */
function questionsFor({ server: { capabilities: offer } }: Conversation): string[] {
  const offered = [
    ['diagnostic', offer.diagnosticProvider !== undefined],
    ['codeAction', offer.codeActionProvider !== undefined],
    ['prepareRename', typeof offer.renameProvider === 'object'],
  ] as const;
  const always = [
    'codeLens',
    'completion',
    'definition',
    'documentHighlight',
    'documentLink',
    'documentSymbol',
    'foldingRange',
    'formatting',
    'hover',
    'inlayHint',
    'rangeFormatting',
    'references',
    'rename',
    'selectionRange',
    'semanticTokens/full',
    'semanticTokens/range',
  ];
  const asked = [...always, ...offered.flatMap(([method, isOffered]) => (isOffered ? [method] : []))];
  const isResolved = typeof offer.codeActionProvider === 'object' && offer.codeActionProvider.resolveProvider === true;
  const others = isResolved ? ['codeAction/resolve', 'initialize'] : ['initialize'];
  return [...asked.map((method) => `textDocument/${method}`), ...others].sort();
}
