// Owns: saying what is wrong with XML to the person who wrote it, and where it began rather than where it was noticed.
// The keys are the messages of saxes 6.

export interface SyntaxFault {
  readonly message: string;
  readonly text: string;
  /** Where the parser noticed it. */
  readonly offset: number;
  /** Of the text that was being read, if it was one. */
  readonly textOffset: number;
  readonly open: readonly { readonly name: string; readonly offset: number }[];
  readonly lastClosed: { readonly name: string; readonly offset: number } | null;
  readonly opening: { readonly name: string; readonly offset: number } | null;
}
export interface Explained {
  readonly message: string;
  readonly hint: string | null;
  readonly offset: number;
}

export function explainSyntax(fault: SyntaxFault): Explained {
  const { message, text, offset, open, lastClosed, opening } = fault;
  const tagStart = text.lastIndexOf('<', offset);
  const say = (words: string, hint: string, at = offset): Explained => ({ message: words, hint, offset: at });
  const unclosed = message.startsWith('unclosed tag: ') ? message.slice('unclosed tag: '.length) : null;
  if (unclosed !== null) {
    const at = open.findLast((element) => element.name === unclosed)?.offset ?? offset;
    return say(
      `<${unclosed}> is never closed.`,
      `Add </${unclosed}>, or write <${unclosed} …/> if it holds nothing.`,
      at,
    );
  }
  if (message === 'unexpected close tag.' && lastClosed !== null) {
    const found = /^<\/([^\s>]*)/.exec(text.slice(tagStart))?.[1] ?? '';
    if (!open.some((element) => element.name === found)) {
      return say(`</${found}> closes nothing.`, `Delete it, or open <${found}> before.`, tagStart);
    }
    return say(
      `</${found}> stands where </${lastClosed.name}> is due.`,
      `Close <${lastClosed.name}> before </${found}>.`,
      tagStart,
    );
  }
  const unmatched = /^unmatched closing tag: (.*)\.$/.exec(message)?.[1];
  if (unmatched !== undefined)
    return say(`</${unmatched}> closes nothing.`, `Delete it, or open <${unmatched}> before.`, tagStart);
  switch (message) {
    case 'unexpected end.':
      if (opening !== null)
        return say(`The document ends inside <${opening.name}.`, 'Close the tag with > or />.', opening.offset);
      return say(
        'The document ends in the middle of something.',
        'See whether it arrived whole.',
        tagStart < 0 ? offset : tagStart,
      );
    case 'unquoted attribute value.':
      return say('An attribute value has no quotes.', 'Write name="value".');
    case 'attribute without value.':
      return say('An attribute has no value.', 'Write name="value".');
    case 'no whitespace between attributes.':
      return say('Two attributes touch.', 'Put a space between them.');
    case 'documents may contain only one root.':
      return say('A second root element begins here.', 'Put everything into one root element.', tagStart);
    case 'document must contain a root element.':
      return /^<[^!?>]*$/.test(text.slice(Math.max(0, tagStart)))
        ? say('The document ends inside its first tag.', 'See whether it arrived whole.', tagStart)
        : say('The document has no element.', 'Send at least the root element.');
    case 'text data outside of root node.':
      return say(
        'Text stands outside the root element.',
        'Was an HTML or plain text page sent instead of XML?',
        fault.textOffset,
      );
    case 'an XML declaration must be at the start of the document.':
    case 'the XML declaration must appear at the start of the document.':
      return say(
        'An XML declaration stands in the middle of the document.',
        'Let the document begin with <?xml.',
        tagStart,
      );
    case 'disallowed character.':
      return text[offset] === '<'
        ? say('A < stands inside an attribute value.', 'Write &lt; for the character <, or close the quotes before it.')
        : say(
            'A character stands here that XML does not allow.',
            'Delete it; control characters are not allowed even as entities.',
          );
    case 'disallowed character in tag name':
      return say('A < begins no tag.', 'Write &lt; for the character <.', tagStart);
    case 'malformed character entity.':
      return say('A character reference names no character.', 'Write the character itself.');
    default: {
      const duplicate = /^duplicate attribute: (.*)\.$/.exec(message)?.[1];
      if (duplicate !== undefined)
        return say(`The attribute ${duplicate} is given twice.`, 'Delete one of them.', tagStart);
      const words = message.replace(/\.$/, '');
      return { message: `Not well-formed XML: ${words}.`, hint: null, offset };
    }
  }
}
