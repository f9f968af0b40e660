import { env, type Progress, ProgressLocation, Uri, window } from 'vscode';
import type { FetchCommandArgument } from '../../../protocol/src/commands.ts';
import type { FetchingParams, FetchModelResult, PlanFetchResult } from '../../../protocol/src/models.ts';
import { EngineError, reasonOf } from '../engine/engine-error.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import type { LanguageServer } from '../language-server.ts';
import { showError, showInformation, showWarning, withoutLinks } from '../messages.ts';
import { signalOf } from '../signal-of.ts';
import type { Texts } from '../texts.ts';
import { requireTrust } from '../trust.ts';
import { fetchingText, fetchText, hubNameProblem } from './model-text.ts';

export interface ModelServices {
  readonly engine: PredictionEngine;
  readonly server: LanguageServer;
  readonly texts: Texts;
}

/** **Fetch Model**: fetches what a quick fix or lens names, or what the user types. */
export async function fetchModelCommand(
  services: ModelServices,
  argument: Partial<FetchCommandArgument> | undefined,
): Promise<void> {
  if (!(await requireTrust())) return;
  const model = argument?.model ?? (await askForModel(services.texts));
  if (model !== undefined) await fetchModel(services, model);
}

/** The name of a model of the hub. */
export async function askForModel(texts: Texts): Promise<string | undefined> {
  const { t } = texts;
  const model = await window.showInputBox({
    title: t('Fetch Model'),
    prompt: t('The name of a model on Hugging Face'),
    placeHolder: 'openai-community/gpt2',
    validateInput: (text) => hubNameProblem(text.trim(), texts),
  });
  return model?.trim();
}

let requests = 0;

/**
 * Says what a model of the hub takes, asks, and fetches it.
 * @returns whether it is there and can be used
 */
export async function fetchModel(services: ModelServices, model: string): Promise<boolean> {
  const { engine, server, texts } = services;
  const { t } = texts;
  let page: string | undefined;
  try {
    const plan = await cancellable(t('Asking Hugging Face for {0}…', model), (signal) =>
      engine.request('planFetch', { model }, { signal, isCommand: true }),
    );
    page = plan.page;
    if (plan.missingBytes > 0 && !(await confirmed(plan, model, texts))) return false;
    const { reference, problem } = await fetchShown(services, model);
    // It is there, though the language server may not be, which is said elsewhere.
    await server.fileChanged(Uri.file(reference)).catch(() => undefined);
    // Task files that name it could not be asked so far.
    engine.askAnew();
    if (problem === undefined) showInformation(t('{0} is there.', model));
    else showWarning(t('{0} is there, but cannot be used: {1}', model, problem));
    return problem === undefined;
  } catch (error) {
    if (!(error instanceof EngineError && error.kind === 'cancelled')) void sayWhyNot(error, model, page, texts);
    return false;
  }
}

async function confirmed(plan: PlanFetchResult, model: string, texts: Texts): Promise<boolean> {
  const { t } = texts;
  const [fetch, open] = [t('Fetch'), t('Open Page')];
  const options = { modal: true, detail: fetchText(plan, texts) };
  const choice = await showInformation(t('Fetch {0}?', model), options, fetch, open);
  if (choice === open) await env.openExternal(Uri.parse(plan.page));
  return choice === fetch;
}

function fetchShown({ engine, texts }: ModelServices, model: string): Promise<FetchModelResult> {
  const token = `fetch-${++requests}`;
  return cancellable(texts.t('Fetching {0}', model), (signal, progress) =>
    engine.request(
      'fetchModel',
      { token, model },
      { signal, isCommand: true, listen: { fetching: shownIn(progress, token, texts) } },
    ),
  );
}

/** Shows in a notification what is told of one fetch. */
export function shownIn(
  progress: Progress<{ increment?: number; message?: string }>,
  token: string,
  texts: Texts,
): (params: FetchingParams) => void {
  let shown = 0;
  return (params) => {
    if (params.token !== token) return;
    const percent = params.bytes === 0 ? 100 : (100 * params.present) / params.bytes;
    progress.report({ increment: Math.max(0, percent - shown), message: fetchingText(params, texts) });
    shown = Math.max(shown, percent);
  };
}

/** Does something in a notification that can be cancelled. */
export function cancellable<T>(
  title: string,
  work: (signal: AbortSignal, progress: Progress<{ increment?: number; message?: string }>) => Promise<T>,
): Promise<T> {
  const options = { location: ProgressLocation.Notification, title: withoutLinks(title), cancellable: true };
  return Promise.resolve(window.withProgress(options, (progress, token) => work(signalOf(token), progress)));
}

async function sayWhyNot(error: unknown, model: string, page: string | undefined, { t }: Texts): Promise<void> {
  const open = t('Open Page');
  const choice = await showError(
    t('{0} cannot be fetched: {1}', model, reasonOf(error, t)),
    ...(page === undefined ? [] : [open]),
  );
  if (choice === open && page !== undefined) await env.openExternal(Uri.parse(page));
}
