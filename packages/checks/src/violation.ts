/**
 * The tools of `pnpm check`. A test runs each of them once, on a copy of the repository in which
 * every one of their rules is broken.
 */
export const TOOLS = {
  types: ["tsc", "--build"],
  lint: ["oxlint", "--type-aware", "--deny-warnings"],
  boundaries: ["turbo", "boundaries"],
  "dead code": ["knip"],
  format: ["oxfmt", "--check", "."],
  domain: ["node", "packages/checks/src/domain-folders.command.ts"],
  publint: ["publint", "packages/crypto", "--pack=false", "--strict"],
} as const;

/** A file planted in the copy to break `rule`, and what `tool` must report about it. */
export interface Violation {
  readonly rule: string;
  readonly tool: keyof typeof TOOLS;
  readonly file: string;
  readonly text: string;
  readonly reported: RegExp;
}
