import { useQuery } from "@tanstack/react-query";

import { ErrorState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
import { FileOffer } from "./FileOffer";
import { fileBytes, fileJson } from "./files";
import { parseObj, parseStl } from "./mesh";
import { type NpyArray, parseNpy } from "./npy";
import { fileAddress, type Home, isMapping, type Object3DRecord } from "./records";
import { linesOf, pointsOf, type Scene, sceneOf } from "./scene";
import { SceneView } from "./SceneView";

/** Properties of an `Object3DView`. */
export interface Object3DViewProps {
  home: Home;
  record: Object3DRecord;
  width: number;
  height: number;
}

const SHOWN = new Set(["npy", "obj", "stl", "pts.json"]);

/** A logged point cloud with its boxes and arrows, or a model of OBJ or STL; of other models the file. */
export function Object3DView({ home, record, width, height }: Object3DViewProps) {
  const format = record.format ?? "npy";
  const scene = useQuery({
    queryKey: ["scene", home, record.path],
    queryFn: ({ signal }) => load(home, record, signal),
    enabled: SHOWN.has(format),
    gcTime: 60_000,
    retry: false,
  });
  const name = record.path.split("/").pop() ?? record.path;
  if (!SHOWN.has(format)) {
    return <FileOffer address={fileAddress(home, record.path)} name={name}>Models of the format {format} are not drawn here: open the file in a viewer of yours.</FileOffer>;
  }
  if (scene.isPending) return <Spinner label="Loading the scene" centred />;
  if (scene.isError) return <ErrorState error={scene.error} onRetry={() => void scene.refetch()} small />;
  return <SceneView scene={scene.data} width={width} height={height} label={record.caption ?? name} />;
}

async function load(home: Home, record: Object3DRecord, signal: AbortSignal): Promise<Scene> {
  const address = fileAddress(home, record.path);
  const lines = record.scene ? linesOf(await fileJson(fileAddress(home, record.scene), signal)) : {};
  if (record.format === "obj") return sceneOf({ triangles: parseObj(new TextDecoder().decode(await fileBytes(address, signal))), ...lines });
  if (record.format === "stl") return sceneOf({ triangles: parseStl(await fileBytes(address, signal)), ...lines });
  const array = record.format === "pts.json" ? listed(await fileJson(address, signal)) : parseNpy(await fileBytes(address, signal));
  return sceneOf({ ...pointsOf(array), ...lines });
}

/** The points of W&B's pts.json: a list of points, or a mapping with one. */
function listed(file: unknown): NpyArray {
  const points = (isMapping(file) ? file["points"] : file) as number[][];
  if (!Array.isArray(points)) throw new Error("the file holds no points");
  return { shape: [points.length, points[0]?.length ?? 3], dtype: "<f8", values: points.flat() };
}
