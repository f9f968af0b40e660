import {
  type CancellationToken,
  type Disposable,
  Hover,
  languages,
  MarkdownString,
  type Position,
  Range,
  type TextDocument,
  workspace,
} from 'vscode';
import type { Range as ProtocolRange } from '../../../protocol/src/problem.ts';
import { EngineDied, EngineError } from '../engine/engine-error.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import type { LanguageServer } from '../language-server.ts';
import { signalOf } from '../signal-of.ts';
import type { Texts } from '../texts.ts';
import { ROW_DOCUMENTS, taskFileOf, unsavedText } from './documents.ts';
import { neighboursMarkdown, promptText, rowMarkdown } from './prediction-text.ts';
import type { RowAnswers } from './row-answers.ts';

type ProvideHover = (
  document: TextDocument,
  position: Position,
  token: CancellationToken,
) => Promise<Hover | undefined>;

/** How many words are shown for each virtual token. */
const NEIGHBOURS = 5;

/** What a hover adds to the language server's: of a row its prediction, of a marker the words it is nearest to. */
export function registerPredictionHovers(
  server: LanguageServer,
  engine: PredictionEngine,
  { store, questionOf }: RowAnswers,
  texts: Texts,
): Disposable[] {
  let token = 0;
  return [
    languages.registerHoverProvider(ROW_DOCUMENTS, {
      provideHover: quietly(async (document, position, cancellation) => {
        const rows = await server.rows(document.uri, new Range(position, position), cancellation);
        const row = rows.find(({ range }) => toRange(range).contains(position));
        if (!row) return undefined;
        const question = questionOf(row);
        const { taskname } = question;
        const file = await store.fileFor(question);
        const text = unsavedText(file);
        const result = await engine.request(
          'predict',
          {
            token: `hover-${++token}`,
            file,
            ...(text === undefined ? {} : { text }),
            taskname,
            rows: [row.row],
            withUntrained: true,
            urgency: 'hover',
          },
          { signal: signalOf(cancellation) },
        );
        const of = question.files.length > 1 ? workspace.asRelativePath(file) : undefined;
        return hover(rowMarkdown(taskname, result.prompt, result.rows[0]!, texts, of), toRange(row.range));
      }),
    }),
    languages.registerHoverProvider(
      { scheme: 'file', language: 'ptask' },
      {
        provideHover: quietly(async (document, position, cancellation) => {
          const templates = await server.templates(document.uri, cancellation);
          for (const { taskname, markers } of templates) {
            const marker = markers.findIndex((range) => toRange(range).contains(position));
            if (marker < 0) continue;
            const { prompt, tokens } = await engine.request(
              'nearestTokens',
              { ...taskFileOf(document), taskname, count: NEIGHBOURS },
              { signal: signalOf(cancellation) },
            );
            const own = tokens.filter((neighbours) => neighbours.marker === marker);
            if (own.length === 0) return undefined;
            const state = prompt.state === 'stale' ? [promptText(prompt, texts)] : [];
            return hover([...state, neighboursMarkdown(own, texts)].join('\n\n'), toRange(markers[marker]!));
          }
          return undefined;
        }),
      },
    ),
  ];
}

/** Without trust nothing is run; where the engine cannot answer, what is wrong is shown elsewhere. */
function quietly(provide: ProvideHover): ProvideHover {
  return async (document, position, token) => {
    if (!workspace.isTrusted) return undefined;
    try {
      return await provide(document, position, token);
    } catch (error) {
      if (error instanceof EngineError || error instanceof EngineDied) return undefined;
      throw error;
    }
  };
}

function hover(markdown: string, range: Range): Hover {
  return new Hover(new MarkdownString(markdown), range);
}

function toRange({ start, end }: ProtocolRange): Range {
  return new Range(start.line, start.character, end.line, end.character);
}
