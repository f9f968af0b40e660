import { ConfigurationTarget, type Uri, workspace } from 'vscode';

/**
 * Changes a setting of ptask where it is set most narrowly, as a change of the user's settings shows nothing where the
 * workspace or a folder of it has a value of its own.
 * @param of a file that the folder is taken from
 * @param to the new value, made from the present one
 */
export async function changeSetting<T>(
  name: string,
  of: Uri | undefined,
  to: (present: T | undefined) => T,
): Promise<void> {
  const configuration = workspace.getConfiguration('ptask', of);
  const set = configuration.inspect<T>(name);
  const target =
    set?.workspaceFolderValue !== undefined
      ? ConfigurationTarget.WorkspaceFolder
      : set?.workspaceValue !== undefined
        ? ConfigurationTarget.Workspace
        : ConfigurationTarget.Global;
  await configuration.update(name, to(configuration.get<T>(name)), target);
}
