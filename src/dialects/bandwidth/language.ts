// Owns: languages as Bandwidth writes them, `en_US`, as language tags (BCP 47).

export function languageTag(written: string): string | null {
  const tag = written.trim().replaceAll('_', '-');
  if (!/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(tag)) return null;
  return tag.replace(/-UK$/i, '-GB');
}
