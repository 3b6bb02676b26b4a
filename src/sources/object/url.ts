/** A part of the backend's URL. Where `problem` says why there is none, `text` is of no use. */
export interface Part {
  text: string;
  problem?: string;
}

/** An address that an object names, without a trailing slash. @param name - where it stands, for the message */
export function checkedUrl(name: string, address: string): Part {
  const url = URL.parse(address);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return { text: '', problem: `${name} is no http or https URL` };
  // The address is not quoted: it may hold a password.
  if (url.username || url.password) return { text: '', problem: `${name} carries credentials` };
  if (url.search || url.hash) return { text: '', problem: `${name} carries a query or a fragment` };
  return { text: withoutSlashes(`${url.origin}${url.pathname}`) };
}

/** Without those at its end. */
export function withoutSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end--;
  return text.slice(0, end);
}
