import { LAYOUT_VIOLATIONS } from "./layout-violations.ts";
import { LINT_VIOLATIONS } from "./lint-violations.ts";
import { TYPE_VIOLATIONS } from "./type-violations.ts";

const redis = "packages/redis/src";

/** One violation per rule. All are planted in one copy of the repository. */
export const VIOLATIONS = [...TYPE_VIOLATIONS, ...LINT_VIOLATIONS, ...LAYOUT_VIOLATIONS];

/** Files that some of the violations need beside them. */
export const ACCOMPLICES: Record<string, string> = {
  [`${redis}/planted-type-circle.ts`]:
    'import type { Planted } from "./planted-type-cycle.ts";\nexport interface Other {\n  readonly planted?: Planted;\n}\n',
  [`${redis}/planted-circle.ts`]:
    'import { planted } from "./planted-cycle.ts";\nexport const other = () => planted;\n',
  "packages/crypto/src/planted-source.ts": "export const idSource = () => undefined as never;\n",
};
