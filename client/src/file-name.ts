/** Names of devices to Windows, whatever stands behind a dot or blanks after them. */
const DEVICE = /^(con|prn|aux|nul|(com|lpt)[\d¹²³])(?= *(\.|$))/i;

/** In UTF-16 units, each of which takes up to three of the 255 bytes that a name may have. */
const MOST_UNITS = 80;

/**
 * A text as the beginning of a file's name, on every system: what would lead into another folder, or cannot stand there, is a dash.
 * Of a long one it is the start. `task/`, which nothing here may import, has the same for the files of a new task.
 */
export const fileNameOf = (text: string): string =>
  text
    .slice(0, MOST_UNITS)
    .replace(/\p{Surrogate}$/u, '')
    .replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '-')
    .replace(DEVICE, '$&-');
