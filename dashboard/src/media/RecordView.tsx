import { AudioView } from "./AudioView";
import { FileOffer } from "./FileOffer";
import { HistogramGlyph } from "./HistogramGlyph";
import { HtmlFrame } from "./HtmlFrame";
import { ImageView } from "./ImageView";
import { type AudioRecord, fileAddress, type FileRecord, type HistogramRecord, type Home, type ImageRecord, type VideoRecord } from "./records";
import { VideoView } from "./VideoView";

const WIDTH = 640;
const HEIGHT = 420;

/** A single media object, at a size for looking at it; what has a panel of its own is offered as a file. */
export function RecordView({ record, home }: { record: FileRecord; home: Home }) {
  if (record._type === "histogram") return <HistogramGlyph record={record as unknown as HistogramRecord} width={WIDTH} height={160} />;
  const address = fileAddress(home, record.path);
  if (record._type === "image") return <ImageView home={home} record={record as ImageRecord} width={WIDTH} height={HEIGHT} />;
  if (record._type === "audio") return <AudioView address={address} record={record as AudioRecord} height={80} />;
  if (record._type === "video") return <VideoView address={address} record={record as VideoRecord} width={WIDTH} height={HEIGHT} />;
  if (record._type === "html") return <HtmlFrame address={address} title={record.caption ?? "A logged page"} height={HEIGHT} />;
  return <FileOffer address={address} name={record.path.split("/").pop() ?? record.path}>{record.caption ?? `A value of the kind ${record._type}.`}</FileOffer>;
}
