/** Names of devices to Windows, whatever stands behind a dot or blanks after them. */
const DEVICE = /^(con|prn|aux|nul|(com|lpt)[\d¹²³])(?= *(\.|$))/i;

/** A text as the beginning of a file's name, on every system: what would lead into another folder, or cannot stand there, is a dash. */
export const fileNameOf = (text: string): string => text.replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '-').replace(DEVICE, '$&-');
