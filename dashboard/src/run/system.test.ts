import { describe, expect, it } from "vitest";

import { systemSections } from "./system";

describe("system sections", () => {
  it("are GPUs first, each its own, then processors, memory, disks, network and the rest", () => {
    const keys = ["network.sent", "custom", "disk./.usagePercent", "cpu", "memory_percent", "gpu.10.temp", "gpu.2.temp"];
    expect(systemSections(keys).map((section) => section.name)).toEqual([
      "GPUs",
      "GPU 2",
      "GPU 10",
      "Processors",
      "Memory",
      "Disks",
      "Network",
      "Other",
    ]);
  });

  it("lay several GPUs over each other, but not one alone", () => {
    const [both] = systemSections(["gpu.1.gpu", "gpu.0.gpu"]);
    expect(both).toEqual({ name: "GPUs", charts: [{ title: "Utilisation, all GPUs", keys: ["gpu.0.gpu", "gpu.1.gpu"], unit: "%" }] });
    expect(systemSections(["gpu.0.gpu"]).map((section) => section.name)).toEqual(["GPU 0"]);
  });

  it("name charts in words, with the disk", () => {
    expect(systemSections(["disk./data.usageGB"])[0]?.charts).toEqual([
      { title: "Disk /data in use", keys: ["disk./data.usageGB"], unit: "GB" },
    ]);
  });
});
