/** Text percent-decoded once, with `+` for a space; `null` where the result would not be UTF-8. */
export function decodeOnce(text: string): string | null {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}
