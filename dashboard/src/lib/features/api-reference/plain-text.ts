/** A piece of a text: as it is, as code, or emphasised. */
export interface TextPart {
  readonly kind: 'plain' | 'code' | 'strong';
  readonly text: string;
}

/** Reads the little Markdown that the document's descriptions use: paragraphs, `code` and **emphasis**. */
export function readParagraphs(markdown: string): readonly (readonly TextPart[])[] {
  return markdown.split(/\n{2,}/).map((paragraph) =>
    paragraph
      .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
      .filter((text) => text !== '')
      .map((text) => {
        if (text.startsWith('`') && text.length > 2) return { kind: 'code', text: text.slice(1, -1) };
        if (text.startsWith('**') && text.length > 4) return { kind: 'strong', text: text.slice(2, -2) };
        return { kind: 'plain', text };
      }),
  );
}
