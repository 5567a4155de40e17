/** Puts text on the clipboard, also where the page is served without https. */

/** The clipboard API exists on https and localhost only. */
export const copy = async (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = Object.assign(document.createElement('textarea'), { value: text, className: 'unseen' });
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
};
