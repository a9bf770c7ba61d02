/*
 * Preloaded into a bearer, this makes one text deadly: whoever parses a document that holds it dies on the spot, as of a
 * fault in an engine. No such text is known to us; if it were, it would be mended.
 */
const deadly = 'poison-pill';
const parse = JSON.parse;

JSON.parse = (text, reviver) => {
  if (typeof text === 'string' && text.includes(deadly)) process.kill(process.pid, 'SIGKILL');
  return parse(text, reviver);
};
