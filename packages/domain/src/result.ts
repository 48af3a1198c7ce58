/**
 * The result of a use case: a value, or an expected error as a `snake_case` code that clients see.
 */
export type Result<Value, Problem extends string> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Problem };

export const ok = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({
  ok: true,
  value,
});

export const err = <Problem extends string>(
  error: Problem,
): { readonly ok: false; readonly error: Problem } => ({ ok: false, error });
