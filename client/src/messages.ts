import { window } from 'vscode';

/**
 * Text for a notification, or under an input box, in which VS Code makes a link of what looks like one in Markdown, and
 * runs a `command:` at a click. Names and reasons come from files of whatever origin.
 */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

type Show = typeof window.showInformationMessage;

const saying = (show: 'showInformationMessage' | 'showWarningMessage' | 'showErrorMessage'): Show =>
  ((message: string, ...rest: string[]) => window[show](withoutLinks(message), ...rest)) as Show;

/** As the functions of `window`, which nothing else calls, with a text as it is. */
export const showInformation = saying('showInformationMessage');
export const showWarning = saying('showWarningMessage');
export const showError = saying('showErrorMessage');
