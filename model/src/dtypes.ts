/** Bytes of one element of every dtype that the safetensors format names and that fills whole bytes. */
export const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  F8_E8M0: 1,
  F8_E4M3FNUZ: 1,
  F8_E5M2FNUZ: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
  C64: 8,
} as const;

export type Dtype = keyof typeof DTYPE_BYTES;

/** The dtypes that a frozen weight may have. */
const WEIGHT_DTYPES = ['F32', 'F16', 'BF16'] as const;

export type WeightDtype = (typeof WEIGHT_DTYPES)[number];

export function isDtype(text: string): text is Dtype {
  return Object.hasOwn(DTYPE_BYTES, text);
}

export function isWeightDtype(text: string): text is WeightDtype {
  return (WEIGHT_DTYPES as readonly string[]).includes(text);
}

/** IEEE 754 half precision (its 16 bits) to a number; subnormals, infinities and NaN included. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Decodes little-endian float32, float16 or bfloat16 to a new Float32Array. Exact: every half and every bfloat16 is
 * a float32.
 * @param bytes any alignment; a last incomplete element is ignored
 */
export function decodeFloats(bytes: Uint8Array, dtype: WeightDtype): Float32Array {
  const size = DTYPE_BYTES[dtype];
  const count = Math.floor(bytes.byteLength / size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, count * size);
  if (dtype === 'BF16') {
    // A bfloat16 is the upper half of a float32.
    const words = new Uint32Array(count);
    for (let i = 0; i < count; i++) words[i] = view.getUint16(i * 2, true) << 16;
    return new Float32Array(words.buffer);
  }
  const out = new Float32Array(count);
  if (dtype === 'F32') for (let i = 0; i < count; i++) out[i] = view.getFloat32(i * 4, true);
  else for (let i = 0; i < count; i++) out[i] = halfToFloat(view.getUint16(i * 2, true));
  return out;
}
