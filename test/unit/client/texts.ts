import { type Texts, textsFor } from '../../../client/src/texts.ts';

/** English texts, as VS Code gives them where there is no translation. */
export const english: Texts = textsFor(
  (message, ...values) => message.replace(/\{(\d+)\}/g, (_, place: string) => String(values[Number(place)])),
  'en',
);
