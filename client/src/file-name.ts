/** A text as part of a file's name, on every system: what would lead into another folder, or cannot stand there, is a dash. */
export const fileNameOf = (text: string): string => text.replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '-');
