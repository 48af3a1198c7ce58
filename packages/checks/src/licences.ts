/** Licences that ask for nothing but their text. */
const ACCEPTED = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
  "MIT-0",
  "PostgreSQL",
]);

type Listed = Readonly<Record<string, readonly { readonly name: string }[]>>;

/** Returns what asks for more, in the output of `pnpm licenses list --json`. */
export const unacceptable = (list: string): string[] =>
  Object.entries(JSON.parse(list) as Listed).flatMap(([licence, packages]) =>
    licence
      .replace(/[()]/g, "")
      .split(" OR ")
      .some((one) => ACCEPTED.has(one))
      ? []
      : packages.map(({ name }) => `${name}: ${licence}`),
  );
