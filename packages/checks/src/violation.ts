/** Each tool of `pnpm check`, run once on a copy in which every one of its rules is broken. */
export const TOOLS = {
  types: ["tsc", "--build"],
  lint: ["oxlint", "--type-aware", "--deny-warnings"],
  boundaries: ["turbo", "boundaries"],
  "dead code": ["knip"],
  format: ["oxfmt", "--check", "."],
  domain: ["node", "packages/checks/src/domain-folders.command.ts"],
  publint: ["publint", "packages/crypto", "--pack=false", "--strict"],
} as const;

export interface Violation {
  readonly rule: string;
  readonly tool: keyof typeof TOOLS;
  readonly file: string;
  readonly text: string;
  readonly reported: RegExp;
}
