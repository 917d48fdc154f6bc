// Which addresses of a notebook's links may be followed. A notebook comes from anywhere, and an exported page has
// no Lab around it that would take out `javascript:`.

/** Addresses within the document or folder, and those of schemes that only lead somewhere. */
export function isHarmless(href: string): boolean {
  // Browsers leave out blanks and control characters before they look for the scheme.
  const bare = [...href].filter((character) => character > " ").join("");
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(bare)?.[1];
  return scheme === undefined || /^(https?|mailto|ftp|tel)$/i.test(scheme);
}
