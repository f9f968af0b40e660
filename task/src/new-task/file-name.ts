/** Names of devices to Windows, whatever stands behind a dot or blanks after them. */
const DEVICE = /^(con|prn|aux|nul|(com|lpt)[\d¹²³])(?= *(\.|$))/i;

/** A task's name as the beginning of a file's, on every system: what would lead into another folder, or cannot stand there, is a dash. */
export const fileNameOf = (taskname: string): string =>
  taskname.replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '-').replace(DEVICE, '$&-');
