/** Why a text may not be stored and shown; undefined where it may. */
export function textProblem(text: string): string | undefined {
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(text)) return 'it contains a control character or a line end';
  // LiteLLM puts the value of its own environment in the place of such a text.
  if (/^\s*os\.environ\//i.test(text)) return 'it begins with "os.environ/"';
  return undefined;
}
