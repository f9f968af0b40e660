import { type Memento, Uri, workspace } from 'vscode';
import { NotAllowed } from '../engine/engine-error.ts';
import type { LanguageServer } from '../language-server.ts';
import { showWarning } from '../messages.ts';
import type { Texts } from '../texts.ts';
import { outsidePaths, waysOf } from './outside-paths.ts';
import { type Decisions, PathConsent } from './path-consent.ts';

const KEY = 'outsidePaths';

/** So many paths are named in a question. */
const MOST_NAMED = 5;

/**
 * Asks before a task file's paths are followed out of the workspace.
 * @param memory of the workspace
 * @param allowed called when what was refused before may be asked for again
 */
export function askForPaths(server: LanguageServer, memory: Memento, { t }: Texts, allowed: () => void): PathConsent {
  const all = () => memory.get<Readonly<Record<string, Decisions>>>(KEY, {});
  const tellAllowed = () => {
    const paths = Object.values(all()).flatMap(({ allowed }) => allowed.flatMap(waysOf));
    // A server that has not started is told of elsewhere.
    if (paths.length > 0) server.pathsAllowed([...new Set(paths)]).catch(() => undefined);
  };
  tellAllowed();
  return new PathConsent({
    refusal: t('it names files outside of this workspace, and you have not allowed their use'),
    allowed,
    decisions: (file) => all()[file],
    async remember(file, decisions) {
      await memory.update(KEY, { ...all(), [file]: decisions });
      tellAllowed();
    },
    async outside(file) {
      const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
      const paths = await pathsOf(server, Uri.file(file));
      if (!paths)
        throw new NotAllowed(t('it is no task file to this editor, so that what it names is not known'), 'input');
      return outsidePaths(file, paths, folders);
    },
    async question(file, paths, isWaitedFor) {
      const name = workspace.asRelativePath(file);
      const more = paths.length > MOST_NAMED ? [t('and {0} more', paths.length - MOST_NAMED)] : [];
      const named = [...paths.slice(0, MOST_NAMED), ...more];
      const [yes, no] = [t('Allow'), t('Don’t Allow')];
      const question = t('{0} names files outside of this workspace. May ptask use them?', name);
      const choice = isWaitedFor
        ? await showWarning(question, { modal: true, detail: named.join('\n') }, yes)
        : await showWarning(`${question} ${named.join(', ')}`, yes, no);
      return choice === undefined ? undefined : choice === yes;
    },
  });
}

/** What the file names. The server knows those of the workspace, and those that are open. */
async function pathsOf(server: LanguageServer, uri: Uri): Promise<readonly string[] | undefined> {
  const known = await server.paths(uri);
  if (known) return known;
  await workspace.openTextDocument(uri);
  return server.paths(uri);
}
