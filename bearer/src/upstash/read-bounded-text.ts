/** The text of a body. Rejects as soon as it has more bytes than that, before they fill the memory. */
export async function readBoundedText(response: Response, bytesMax: number): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    bytes += piece.value.byteLength;
    if (bytes > bytesMax) {
      await reader.cancel().catch(() => {});
      throw new Error(`The answer has more than ${bytesMax} bytes`);
    }
    text += decoder.decode(piece.value, { stream: true });
  }
  return text + decoder.decode();
}
