import { coursePolicy, strictPolicy } from "@postern/domain";
import { describe, expect, it } from "vitest";
import { readCookie } from "./session-cookie.ts";

describe("reading the session cookie", () => {
  it.each([
    [undefined, undefined],
    ["", undefined],
    ["session_id=abc", "abc"],
    ["a=b; session_id=abc; c=d", "abc"],
    ["a=b;session_id = abc ;c=d", "abc"],
    ["\u00A0session_id=abc", undefined],
    ["session_id\u00A0=abc", undefined],
    ["\uFEFFsession_id=abc", undefined],
    ["\tsession_id\t=\tabc\t", "abc"],
    ["session_id", undefined],
    ["xsession_id=abc", undefined],
    ["session_idx=abc", undefined],
    ["SESSION_ID=abc", undefined],
    ["session_id=one; session_id=two", undefined],
    ["session_id=one; session_id=one", undefined],
    ["session_id=a=b", "a=b"],
  ])("finds in %o: %o", (header, value) => {
    expect(readCookie(header, coursePolicy.cookie.name)).toBe(value);
  });

  it("takes only its own policy's name", () => {
    expect(readCookie("session_id=abc", strictPolicy.cookie.name)).toBeUndefined();
    expect(readCookie("__Host-session_id=abc", strictPolicy.cookie.name)).toBe("abc");
  });
});
