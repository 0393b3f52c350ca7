import { renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { useObjectAddress } from "./useObjectAddress";

it("never gives the address of other bytes", () => {
  const [one, other] = [new Blob(["one"]), new Blob(["other"])];
  const named = new Map([[one, "blob:one"], [other, "blob:other"]]);
  URL.createObjectURL = vi.fn((bytes: Blob | MediaSource) => named.get(bytes as Blob) ?? "");
  const given: (string | null)[] = [];
  const { rerender } = renderHook(({ bytes }: { bytes: Blob | null }) => given.push(useObjectAddress(bytes)), { initialProps: { bytes: one as Blob | null } });
  rerender({ bytes: other });
  rerender({ bytes: null });
  expect(given).toEqual([null, "blob:one", null, "blob:other", null]);
});
