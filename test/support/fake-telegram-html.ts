/** Telegram's HTML: what it shows of a text, by the rules of the Bot API's formatting options. */

const TAGS = ['b', 'strong', 'i', 'em', 'u', 'ins', 's', 'strike', 'del', 'a', 'code', 'pre', 'blockquote', 'tg-spoiler', 'span'];
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** @returns the text without tags and with entities decoded, or null when Telegram could not parse it */
export const visibleText = (html: string): string | null => {
  const open: string[] = [];
  let text = '';
  for (let rest = html; rest !== ''; ) {
    const tag = /^<(\/?)([a-z-]+)(?:\s[^<>]*)?>/.exec(rest);
    const entity = /^&(?:(lt|gt|amp|quot)|#(\d{1,7}));/.exec(rest);
    if (tag) {
      const [whole, slash, name = ''] = tag;
      if (!TAGS.includes(name)) return null;
      if (!slash) open.push(name);
      else if (open.pop() !== name) return null;
      rest = rest.slice(whole.length);
    } else if (entity) {
      text += entity[1] ? ENTITIES[entity[1]] : String.fromCodePoint(Number(entity[2]));
      rest = rest.slice(entity[0].length);
    } else if (rest[0] === '<' || rest[0] === '>' || rest[0] === '&') return null;
    else {
      text += rest[0];
      rest = rest.slice(1);
    }
  }
  return open.length === 0 ? text : null;
};
