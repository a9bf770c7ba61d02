import { fmix32 } from './fmix32.ts';

/**
 * murmur3_x86_32 of the text's UTF-8 bytes with seed 0, as an unsigned 32-bit number.
 *
 * Encodes on the way, without allocating: four ASCII characters are one block, anything else is packed byte by byte. A
 * surrogate without its partner counts as U+FFFD, as TextEncoder has it.
 *
 * @example murmur3('user-1') // 4171401059
 */
export function murmur3(text: string): number {
  let hash = 0;
  let block = 0;
  let blockBits = 0;
  let byteLength = 0;
  let index = 0;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (blockBits === 0 && index + 4 <= text.length) {
      const second = text.charCodeAt(index + 1);
      const third = text.charCodeAt(index + 2);
      const fourth = text.charCodeAt(index + 3);
      if ((code | second | third | fourth) < 0x80) {
        hash = mixBlock(hash, code | (second << 8) | (third << 16) | (fourth << 24));
        byteLength += 4;
        index += 4;
        continue;
      }
    }
    // The bytes of one code point, the first in the lowest bits.
    let bytes: number;
    let bits: number;
    if (code < 0x80) {
      bytes = code;
      bits = 8;
    } else if (code < 0x800) {
      bytes = 0xc0 | (code >> 6) | ((0x80 | (code & 0x3f)) << 8);
      bits = 16;
    } else {
      const next = code >= 0xd800 && code < 0xdc00 ? text.charCodeAt(index + 1) : 0;
      if (next >= 0xdc00 && next < 0xe000) {
        const point = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
        bytes =
          0xf0 |
          (point >> 18) |
          ((0x80 | ((point >> 12) & 0x3f)) << 8) |
          ((0x80 | ((point >> 6) & 0x3f)) << 16) |
          ((0x80 | (point & 0x3f)) << 24);
        bits = 32;
        index += 1;
      } else {
        const point = code >= 0xd800 && code < 0xe000 ? 0xfffd : code;
        bytes =
          0xe0 | (point >> 12) | ((0x80 | ((point >> 6) & 0x3f)) << 8) | ((0x80 | (point & 0x3f)) << 16);
        bits = 24;
      }
    }
    index += 1;
    byteLength += bits >> 3;
    block |= bytes << blockBits;
    blockBits += bits;
    if (blockBits >= 32) {
      hash = mixBlock(hash, block);
      blockBits -= 32;
      // A shift by 32 is a shift by 0 in JavaScript, so that an emptied block must be emptied by hand.
      block = blockBits === 0 ? 0 : bytes >>> (bits - blockBits);
    }
  }
  if (blockBits > 0) hash ^= scramble(block);
  return fmix32(hash ^ byteLength);
}

function mixBlock(hash: number, block: number): number {
  const mixed = hash ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
