// Owns: properties of an event as a query behind an address.

/** What is undefined is left out. */
export type Properties = Readonly<Record<string, unknown>>;

export function addQuery(url: string, told: Properties): string {
  const [address = ''] = url.split('#', 1);
  const added = Object.entries(told)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encode(typeof value === 'string' ? value : JSON.stringify(value))}`)
    .join('&');
  const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
  return `${address}${joint}${added}`;
}

/** As encodeURIComponent, and `*` too: some servers read it as a wildcard. A lone surrogate becomes U+FFFD. */
const encode = (value: string) => encodeURIComponent(value.toWellFormed()).replaceAll('*', '%2A');
