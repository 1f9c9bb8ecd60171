import protobuf from "protobufjs/light.js";

/** A header of a {@linkcode Frame}: `type`, `message_id`, `sum`, `seq`, `trace_id`, `biz_rt`, … */
export interface FrameHeader {
  readonly key: string;
  readonly value: string;
}

/** A frame of Feishu's long connection (protobuf package `pbbp2` of the official SDKs). */
export interface Frame {
  readonly SeqID: number;
  readonly LogID: number;
  readonly service: number;
  /** 0 control (ping, pong), 1 data. */
  readonly method: number;
  readonly headers: readonly FrameHeader[];
  readonly payload?: Uint8Array;
}

const HEADER_TYPE = new protobuf.Type("Header")
  .add(new protobuf.Field("key", 1, "string", "required"))
  .add(new protobuf.Field("value", 2, "string", "required"));

// The ids are uint64 in the original. Up to 2^32, which the twin never exceeds, uint32 has the same
// encoding. It needs no Long, which the SDK removes from protobufjs in the same process.
const FRAME_TYPE = new protobuf.Type("Frame")
  .add(new protobuf.Field("SeqID", 1, "uint32", "required"))
  .add(new protobuf.Field("LogID", 2, "uint32", "required"))
  .add(new protobuf.Field("service", 3, "int32", "required"))
  .add(new protobuf.Field("method", 4, "int32", "required"))
  .add(new protobuf.Field("headers", 5, "Header", "repeated"))
  .add(new protobuf.Field("payloadEncoding", 6, "string", "optional"))
  .add(new protobuf.Field("payloadType", 7, "string", "optional"))
  .add(new protobuf.Field("payload", 8, "bytes", "optional"))
  .add(new protobuf.Field("LogIDNew", 9, "string", "optional"))
  .add(HEADER_TYPE);

/** Encodes a frame as one binary WebSocket message. */
export function encodeFrame(frame: Frame): Uint8Array {
  return FRAME_TYPE.encode(FRAME_TYPE.create({ ...frame })).finish();
}

/** Decodes one binary WebSocket message. Throws when it is not a frame. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const plain = FRAME_TYPE.toObject(FRAME_TYPE.decode(bytes), { arrays: true });
  const headers: FrameHeader[] = [];
  for (const header of plain.headers) {
    headers.push({ key: String(header.key), value: String(header.value) });
  }
  return {
    SeqID: Number(plain.SeqID),
    LogID: Number(plain.LogID),
    service: Number(plain.service),
    method: Number(plain.method),
    headers,
    ...(plain.payload instanceof Uint8Array ? { payload: plain.payload } : {}),
  };
}

/** The value of a frame's header, if the frame has it. */
export function headerOf(frame: Frame, key: string): string | undefined {
  return frame.headers.find((header) => header.key === key)?.value;
}
