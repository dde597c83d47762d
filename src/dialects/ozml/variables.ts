// Owns: `$name` of OzML in the common form. A name that is no variable when its turn comes stays as it was written.

/** A letter or underscore, then letters, digits and underscores; the longest that fits. */
export const variableName = /^[A-Za-z_]\w{0,63}$/;
const named = /\$([A-Za-z_]\w{0,63})/g;

/** A text of the document. Braces of its own are no variables of the interpreter. */
export const withVariables = (text: string): string =>
  text.replaceAll('{{', '{ {').replaceAll(named, (_whole, name: string) => `{{$${name}}}`);

/** An address, already resolved. */
export const withVariablesInAddress = (url: string): string =>
  url.replaceAll('{', '%7B').replaceAll(named, (_whole, name: string) => `{{$${name}}}`);
