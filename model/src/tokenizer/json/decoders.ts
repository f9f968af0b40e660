import {
  ByteFallbackDecoder,
  ByteLevelDecoder,
  CTCDecoder,
  type Decoder,
  MetaspaceDecoder,
  ReplaceDecoder,
  SequenceDecoder,
  WordPieceDecoder,
} from '@huggingface/tokenizers';
import { bytesOfLetters } from './byte-letters.ts';
import { replaced } from './normalizers.ts';

/**
 * Makes a decoder of the library give the text that the original gives; some of its parts do not by themselves.
 * @throws at one that no language model has, and that gives other texts
 */
export function correctDecoder(decoder: Decoder | null): void {
  if (decoder instanceof SequenceDecoder) for (const part of decoder.decoders) correctDecoder(part);
  else if (decoder instanceof ByteLevelDecoder) decoder.decode_chain = byteLevel;
  else if (decoder instanceof ByteFallbackDecoder) decoder.decode_chain = byteFallback;
  else if (decoder instanceof MetaspaceDecoder) decoder.decode_chain = metaspace({ ...decoder.config });
  else if (decoder instanceof CTCDecoder) throw new Error('Unknown Decoder type: CTC');
  else if (decoder instanceof WordPieceDecoder && decoder.config.prefix === '') {
    // Every token goes on with a word.
    const decoded = decoder.decode_chain.bind(decoder);
    decoder.decode_chain = (tokens) => tokens.flatMap((token) => decoded([token]));
  } else if (decoder instanceof ReplaceDecoder) {
    const { pattern, config } = decoder;
    if (pattern)
      decoder.decode_chain = (tokens) => tokens.map((token) => replaced(token, pattern, config.content ?? ''));
  }
}

// U+FEFF is a letter like any other where bytes were cut.
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

function byteLevel(tokens: readonly string[]): string[] {
  return [lenient.decode(Uint8Array.from(tokens.flatMap((token) => [...bytesOfLetters(token)])))];
}

const BYTE = /^<0x([0-9a-fA-F]{2})>$/;

/** Bytes in a row are a text, or all of them broken. */
function byteFallback(tokens: readonly string[]): string[] {
  const texts: string[] = [];
  let bytes: number[] = [];
  const endBytes = (): void => {
    if (bytes.length > 0) texts.push(textOf(bytes));
    bytes = [];
  };
  for (const token of tokens) {
    const byte = BYTE.exec(token)?.[1];
    if (byte === undefined) {
      endBytes();
      texts.push(token);
    } else bytes.push(Number.parseInt(byte, 16));
  }
  endBytes();
  return texts;
}

function textOf(bytes: readonly number[]): string {
  try {
    return strict.decode(Uint8Array.from(bytes));
  } catch {
    return '\ufffd'.repeat(bytes.length);
  }
}

function metaspace(config: Readonly<Record<string, unknown>>): (tokens: readonly string[]) => string[] {
  const space = typeof config.replacement === 'string' ? config.replacement : '\u2581';
  const keepsFirst = config.prepend_scheme === 'never' || config.add_prefix_space === false;
  return (tokens) => tokens.map((token, i) => token.replaceAll(space, i === 0 && !keepsFirst ? '' : ' '));
}
