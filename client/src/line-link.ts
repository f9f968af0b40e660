import nodePath from 'node:path';

/**
 * Address of a line of a file, counted from 0, for a link in a document.
 * @param folder that of the document
 */
export function lineLink(file: string, line: number, folder: string, path: nodePath.PlatformPath = nodePath): string {
  const way = path.relative(folder, file);
  const encoded = way.split(path.sep).map(encodedName).join('/');
  return `${rootOf(way, path)}${encoded}#L${line + 1}`;
}

/** Encodes parentheses, too, which end an address in Markdown. */
function encodedName(name: string): string {
  return encodeURIComponent(name).replaceAll('(', '%28').replaceAll(')', '%29');
}

/** On Windows no relative path leads from one drive, or one server's share, to another. */
function rootOf(way: string, path: nodePath.PlatformPath): string {
  if (!path.isAbsolute(way)) return '';
  return way.startsWith(path.sep) ? 'file:' : 'file:///';
}
