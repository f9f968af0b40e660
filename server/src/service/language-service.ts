import type {
  CodeAction,
  CodeActionContext,
  CodeLens,
  CompletionItem,
  Diagnostic,
  DocumentHighlight,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  FormattingOptions,
  Hover,
  InlayHint,
  Location,
  LocationLink,
  Position,
  Range,
  ReferenceContext,
  SelectionRange,
  SemanticTokens,
  TextEdit,
} from 'vscode-languageserver-types';
import { TokenizerGivenUp } from '../../../model/src/tokenizer/patience.ts';
import type {
  DataAtFault,
  ProposeTaskFileParams,
  ReadyRowsParams,
  ReadyRowsResult,
  TaskFileProposal,
  TaskFileTextParams,
  TaskFileTextResult,
} from '../../../protocol/src/new-task-file.ts';
import type { TaskRow, TaskTemplateOutline } from '../../../protocol/src/rows.ts';
import { MAX_TASK_FILE_UNITS, TASK_FILE_SUFFIX } from '../../../task/src/parse.ts';
import { type CodeActionOptions, codeActions } from './code-actions.ts';
import { codeLenses } from './code-lenses.ts';
import type { CompletionOptions } from './completion-options.ts';
import { DataFiles } from './data-files.ts';
import { Dependents } from './dependents.ts';
import { documentLinks } from './document-links.ts';
import { documentSymbols } from './document-symbols.ts';
import { type FixForAllHost, resolveFixForAll } from './fix-for-all.ts';
import { Folders } from './folders.ts';
import { foldingRanges } from './folding-ranges.ts';
import { formatting } from './formatting.ts';
import type { ServiceHost } from './host.ts';
import { inlayHints } from './inlay-hints.ts';
import { Insight } from './insight.ts';
import { modelEdits } from './model-edit.ts';
import { fetchableModel } from './model-lenses.ts';
import { NameQueries } from './name-queries.ts';
import { newTaskFileText, proposeTaskFile, readyRows } from './new-task-file.ts';
import { type DocumentChange, OpenDocument, OpenDocuments } from './open-documents.ts';
import { PublishedProblems } from './published-problems.ts';
import type { RenameResult } from './rename.ts';
import { selectionRanges } from './selection-ranges.ts';
import { semanticTokens } from './semantic-tokens.ts';
import { taskPaths } from './task-paths.ts';
import { taskRows } from './task-rows.ts';
import { TaskSession } from './task-session.ts';
import { taskTemplates } from './task-templates.ts';

/** What an editor can ask and tell. Documents are named by uri; a task file is one whose name ends with `.ptask.json`. */
export class LanguageService {
  readonly #host: ServiceHost;
  readonly #documents = new OpenDocuments();
  /** Texts of task files on disk, by path. */
  readonly #onDisk = new Map<string, string>();
  readonly #sessions = new Map<string, TaskSession>();
  readonly #dependents = new Dependents();
  readonly #dataFiles: DataFiles;
  readonly #published: PublishedProblems;
  readonly #names: NameQueries;
  readonly #folders: Folders;
  readonly #insight: Insight;
  readonly #fixForAll: FixForAllHost;
  #prepared: Promise<void> = Promise.resolve();

  constructor(host: ServiceHost) {
    this.#host = host;
    this.#dataFiles = new DataFiles({
      environment: host.environment,
      documents: this.#documents,
      breathe: () => host.breathe(),
    });
    this.#published = new PublishedProblems({
      listsOf: (path) =>
        [...this.#sessions.values()].map((session) => session.problems(path)).filter(({ length }) => length > 0),
      toUri: this.#toUri,
      publish: (uri, diagnostics) => host.publish(uri, diagnostics),
    });
    this.#names = new NameQueries({
      environment: host.environment,
      breathe: () => host.breathe(),
      openLines: (path) => this.#documents.get(path)?.blocks,
      contexts: () => [...this.#sessions.values()].map(({ context }) => context),
      promptTable: (taskFile) => this.#sessions.get(taskFile)?.surroundings?.promptTable,
      toUri: this.#toUri,
    });
    this.#fixForAll = {
      environment: host.environment,
      openText: (path) => this.#documents.get(path)?.text,
      taskFilesOf: (path) =>
        [...this.#sessions.values()]
          .filter((session) => session.problems(path).length > 0)
          .map(({ context }) => context),
      breathe: () => host.breathe(),
      toPath: (uri) => host.toPath(uri),
      toUri: this.#toUri,
    };
    this.#folders = new Folders((path) => host.listFolder(path));
    this.#insight = new Insight({
      resolvePath: (taskFile, path) => host.environment.resolvePath(taskFile, path),
      listFolder: (path) => this.#folders.list(path),
      cachedModels: async () => (await host.cachedModels?.()) ?? [],
      modelSummary: async (taskFile, model) => host.modelSummary?.(taskFile, model),
      openLine: (path, line) => this.#documents.get(path)?.line(line),
      breathe: () => host.breathe(),
      taskFiles: () => [...this.#sessions.values()],
    });
  }

  openDocument(uri: string, text: string): void {
    const path = this.#host.toPath(uri);
    this.#documents.set(new OpenDocument(uri, path, text));
    this.#dataFiles.forget(path);
    this.#changed(path);
    // What is known of the file was told under the uri that was made up for it.
    this.#published.publish([path]);
  }

  /** Takes changes of an open document as the editor tells them, each made to what the one before it left. */
  editDocument(uri: string, changes: readonly DocumentChange[]): void {
    const path = this.#host.toPath(uri);
    const document = this.#documents.get(path);
    if (document === undefined) return;
    for (const change of changes) this.#dataFiles.edited(path, document.change(change));
    this.#changed(path);
  }

  closeDocument(uri: string): void {
    const path = this.#host.toPath(uri);
    if (!this.#documents.delete(path)) return;
    this.#dataFiles.forget(path);
    this.#changed(path);
  }

  /** Says that a document was saved: what a task file names and could not be read is looked for again. */
  documentSaved(uri: string): void {
    // Nobody tells that a disk answers again, or that a permission was given to a folder above.
    for (const path of this.#session(uri)?.unread ?? []) this.#fileChanged(path);
  }

  /**
   * Takes a task file's text as it is on disk, so that it is checked though no editor has it open; undefined when there is no
   * such file any more. While the file is open, what the editor shows counts.
   */
  taskFileOnDisk(uri: string, text: string | undefined): void {
    const path = this.#host.toPath(uri);
    if (text === undefined) this.#onDisk.delete(path);
    // An editor takes off the byte order mark of a file that it opens; places are those that it would show.
    else this.#onDisk.set(path, text.replace(/^\uFEFF/, ''));
    this.#follow(path);
  }

  /** Says that a file or folder was made, changed or deleted by another program. */
  fileChanged(uri: string): void {
    this.#fileChanged(this.#host.toPath(uri));
  }

  /** Paths of everything that the task files name: data files, prompt tables and models, which may be folders. */
  dependencies(): ReadonlySet<string> {
    return new Set([...this.#sessions.values()].flatMap((session) => [...session.dependencies]));
  }

  /** What is known now: of a task file, what its text alone shows and, once the background check has ended, the rest. */
  diagnostics(uri: string): Diagnostic[] {
    return this.#published.diagnostics(this.#host.toPath(uri));
  }

  /** Resolves when no check is running. */
  async settled(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.settled()));
    await this.#prepared;
  }

  /** @param context which problems are asked about and which kinds of actions are wanted, as the editor sends it */
  codeActions(
    uri: string,
    range: Range,
    context: Partial<CodeActionContext> = {},
    options: CodeActionOptions = {},
  ): CodeAction[] {
    const problems = this.#published.problems(this.#host.toPath(uri));
    const session = this.#session(uri);
    const fetchable = session && fetchableModel(session.context, session.surroundings);
    return codeActions({ uri, problems, fetchable, range, context, ...options, toUri: this.#toUri });
  }

  /**
   * Adds its edit to an action that was told without. It reads the data anew.
   *
   * @throws the signal's reason when it is aborted
   */
  resolveCodeAction(action: CodeAction, signal?: AbortSignal): Promise<CodeAction> {
    return resolveFixForAll(action, this.#fixForAll, signal);
  }

  documentSymbols(uri: string): DocumentSymbol[] {
    const session = this.#session(uri);
    return session === undefined ? [] : documentSymbols(session.context);
  }

  /** Waits for nothing but the listing of folders. */
  async documentLinks(uri: string): Promise<DocumentLink[]> {
    const session = this.#session(uri);
    if (session === undefined) return [];
    return documentLinks(session.context, {
      resolve: (path) => this.#host.environment.resolvePath(session.path, path),
      listFolder: (path) => this.#folders.list(path),
      toUri: this.#toUri,
    });
  }

  foldingRanges(uri: string): FoldingRange[] {
    const session = this.#readSession(uri);
    return session === undefined ? [] : foldingRanges(session.context);
  }

  /** One for each position, in order; undefined for what is no task file. */
  selectionRanges(uri: string, positions: readonly Position[]): SelectionRange[] | undefined {
    const session = this.#session(uri);
    return session && selectionRanges(session.context, positions);
  }

  /** The edits that lay out the file, or a range of it widened to whole lines. */
  formatting(uri: string, options: FormattingOptions, range?: Range): TextEdit[] {
    const session = this.#readSession(uri);
    return session === undefined ? [] : formatting(session.context, options, range);
  }

  /** All tokens, or those in the lines of a range, as `SEMANTIC_TOKENS_LEGEND` numbers them. */
  semanticTokens(uri: string, range?: Range): SemanticTokens {
    const session = this.#session(uri);
    return session === undefined ? { data: [] } : semanticTokens(session.context, range);
  }

  /** What is known now; `onChecked` says when more may be. This goes for code lenses, too. */
  inlayHints(uri: string, range: Range): InlayHint[] {
    const session = this.#session(uri);
    if (session === undefined) return [];
    return this.#withTokeniser(() => inlayHints(session, this.#host.environment, range));
  }

  /** Their commands are those of `protocol/src/commands.ts`, which the client carries out. */
  codeLenses(uri: string): CodeLens[] {
    const session = this.#session(uri);
    return session === undefined ? [] : codeLenses(session.context, uri, session.surroundings);
  }

  /**
   * Where the task, field or label at a position is given. This and the next four work in a task file and in an open data
   * file, in both directions.
   */
  definitions(uri: string, position: Position): LocationLink[] {
    return this.#names.definitions(this.#host.toPath(uri), position);
  }

  documentHighlights(uri: string, position: Position): DocumentHighlight[] {
    return this.#names.highlights(this.#host.toPath(uri), position);
  }

  /** Reads all data files. @throws the signal's reason when it is aborted */
  references(uri: string, position: Position, context: ReferenceContext, signal?: AbortSignal): Promise<Location[]> {
    return this.#names.references(this.#host.toPath(uri), position, context, signal);
  }

  /** What would be renamed, with its present text; undefined where nothing can be. */
  prepareRename(uri: string, position: Position): { range: Range; placeholder: string } | undefined {
    return this.#names.renameTarget(this.#host.toPath(uri), position);
  }

  /** Reads all data files; the edit may change files that are not open. @throws the signal's reason when it is aborted */
  rename(uri: string, position: Position, newName: string, signal?: AbortSignal): Promise<RenameResult> {
    return this.#names.rename(this.#host.toPath(uri), position, newName, signal);
  }

  hover(uri: string, position: Position): Hover | undefined {
    return this.#withTokeniser(() => this.#insight.hover(this.#host.toPath(uri), position));
  }

  /** What can be written at a position, the most useful first. It waits for nothing but the listing of a folder. */
  completions(uri: string, position: Position, options: CompletionOptions = {}): Promise<CompletionItem[]> {
    return this.#insight.completions(this.#host.toPath(uri), position, options);
  }

  /** The rows of an open task file's examples or data file that touch the range, and the task each is of. */
  taskRows(uri: string, range: Range): TaskRow[] {
    return taskRows(this.#host.toPath(uri), range, {
      environment: this.#host.environment,
      contexts: () => [...this.#sessions.values()].map(({ context }) => context),
      openLines: (path) => this.#documents.get(path)?.blocks,
      toUri: this.#toUri,
    });
  }

  /** The edits that give a task file another model. */
  modelEdits(uri: string, model: string): TextEdit[] {
    const session = this.#session(uri);
    return session === undefined ? [] : modelEdits(session.context, model);
  }

  /** The templates of a task file that have a name. */
  taskTemplates(uri: string): TaskTemplateOutline[] {
    const session = this.#session(uri);
    return session === undefined ? [] : taskTemplates(session.context);
  }

  /** The paths that a task file names, as they are written there; undefined for a file that is not known. */
  taskPaths(uri: string): string[] | undefined {
    const session = this.#session(uri);
    return session && taskPaths(session.context);
  }

  /** What data say of the task that they are for. Reads all of them. @throws the signal's reason when it is aborted */
  proposeTaskFile(params: ProposeTaskFileParams, signal?: AbortSignal): Promise<TaskFileProposal | DataAtFault> {
    return proposeTaskFile(params, this.#host, signal);
  }

  /**
   * The rows of a file as a data file has them, a part after the other.
   * @param send is waited for before the next part is made
   * @throws the signal's reason when it is aborted
   */
  readyRows(
    params: Omit<ReadyRowsParams, 'partialResultToken'>,
    send: (part: string) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<ReadyRowsResult> {
    return readyRows(params, this.#host, send, signal);
  }

  /** A task file for such data. */
  newTaskFileText(params: TaskFileTextParams): TaskFileTextResult {
    return newTaskFileText(params, this.#host);
  }

  /** Gives up all checks; nothing is published afterwards. */
  dispose(): void {
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
    this.#insight.dispose();
  }

  #session(uri: string): TaskSession | undefined {
    return this.#sessions.get(this.#host.toPath(uri));
  }

  /** That of a file which is not too long to be read. */
  #readSession(uri: string): TaskSession | undefined {
    const session = this.#session(uri);
    return session !== undefined && session.context.text.length > MAX_TASK_FILE_UNITS ? undefined : session;
  }

  #fileChanged(path: string): void {
    this.#folders.forget(path);
    for (const missing of this.#dataFiles.changedBeside(path)) this.#changedBeside(missing);
    // An open document is what its editor shows, whatever happens to the file.
    if (this.#documents.get(path) !== undefined) return;
    this.#dataFiles.changedOnDisk(path);
    this.#changedBeside(path);
  }

  /** A document was opened, changed or closed. */
  #changed(path: string): void {
    if (path.endsWith(TASK_FILE_SUFFIX)) this.#follow(path);
    this.#changedBeside(path);
  }

  /** Gives a task file the session that its text calls for: what the editor shows, else what is on disk, else none. */
  #follow(path: string): void {
    const session = this.#sessions.get(path);
    const text = this.#documents.get(path)?.text ?? this.#onDisk.get(path);
    if (text === undefined) this.#end(path);
    else if (session === undefined) this.#begin(path, text);
    else if (text !== session.context.text) {
      session.change(text);
      this.#dependents.set(path, session.dependencies);
    }
    // It may have been waiting for its turn, which comes sooner for what is open.
    else if (!session.isSettled) session.recheck();
  }

  /** What is open is checked at once; other task files one after another, when nothing else is being checked. */
  async #turn(path: string, take: () => void): Promise<void> {
    await this.#host.pause();
    while (this.#documents.get(path) === undefined) {
      const busy = [...this.#sessions.values()].find((session) => session.path !== path && session.isAtWork);
      if (busy === undefined) break;
      await busy.settled();
    }
    take();
  }

  #end(path: string): void {
    const session = this.#sessions.get(path);
    session?.dispose();
    this.#sessions.delete(path);
    this.#dependents.delete(path);
    this.#published.publish(session?.paths ?? []);
  }

  #begin(path: string, text: string): void {
    const session = new TaskSession(path, text, {
      environment: this.#host.environment,
      dataFiles: this.#dataFiles,
      turn: (take) => this.#turn(path, take),
      breathe: () => this.#host.breathe(),
      onError: (error) => this.#host.onError(error),
      onProblems: (paths) => this.#published.publish(paths),
      onChecked: () => this.#checked(),
    });
    this.#sessions.set(path, session);
    this.#dependents.set(path, session.dependencies);
    session.recheck();
  }

  /** Checks the task files again that name a file or folder, since that has changed. */
  #changedBeside(path: string): void {
    const dependents = this.#dependents.of(path);
    if (dependents.size === 0) return;
    this.#published.together(() => {
      for (const session of this.#sessions.values()) {
        if (dependents.has(session.path)) session.changedBeside(path);
      }
    });
  }

  #checked(): void {
    const sessions = [...this.#sessions.values()];
    // A file whose name is being typed is kept until another is there.
    if (sessions.every(({ isSettled, hasAllData }) => isSettled && hasAllData)) {
      this.#dataFiles.keepOnly(new Set(sessions.flatMap(({ dataPaths }) => [...dataPaths])));
    }
    this.#prepared = this.#insight.prepare().catch((error: unknown) => {
      if (error instanceof TokenizerGivenUp) this.#tellGivenUp();
      else this.#host.onError(error);
    });
    this.#host.onChecked?.();
  }

  /** An answer for which a tokeniser may be asked; where that is given up over it, the one without it. */
  #withTokeniser<T>(answer: () => T): T {
    try {
      return answer();
    } catch (error) {
      if (!(error instanceof TokenizerGivenUp)) throw error;
      this.#tellGivenUp();
      return answer();
    }
  }

  /** A check that is not being done would not notice by itself that a tokeniser has been given up. */
  #tellGivenUp(): void {
    for (const session of this.#sessions.values()) if (session.isSettled) session.recheck();
  }

  readonly #toUri = (path: string): string => this.#documents.get(path)?.uri ?? this.#host.toUri(path);
}
