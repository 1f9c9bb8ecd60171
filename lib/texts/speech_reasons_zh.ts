/** What can go wrong with voice messages, as in `REASONS_ZH`. */
export const SPEECH_REASONS_ZH: readonly (readonly [english: string, chinese: string])[] = [
  [
    "the transcription endpoint sends on to {}: set BRIDGE_STT_URL to where it leads ({}: {})",
    "语音识别接口重定向到 {}：请把 BRIDGE_STT_URL 设为最终的地址（{}：{}）",
  ],
  [
    "the transcription endpoint refuses the key: check BRIDGE_STT_KEY ({}: {})",
    "语音识别接口不接受密钥：请检查 BRIDGE_STT_KEY（{}：{}）",
  ],
  [
    "the transcription endpoint knows no such path or model: check BRIDGE_STT_URL, without " +
    "/audio/transcriptions at its end, and BRIDGE_STT_MODEL ({}: {})",
    "语音识别接口没有这个路径或模型：请检查 BRIDGE_STT_URL（末尾不含 /audio/transcriptions）和 " +
    "BRIDGE_STT_MODEL（{}：{}）",
  ],
  [
    "the recording is too large for the transcription endpoint ({}: {})",
    "录音超过了语音识别接口允许的大小（{}：{}）",
  ],
  [
    "the transcription endpoint answers with something else than a text: check BRIDGE_STT_URL ({}: {})",
    "语音识别接口返回的不是文字：请检查 BRIDGE_STT_URL（{}：{}）",
  ],
  [
    "the transcription endpoint answers HTTP {}: {} ({}: {})",
    "语音识别接口的应答是 HTTP {}：{}（{}：{}）",
  ],
  ["the transcription endpoint answers HTTP {} ({}: {})", "语音识别接口的应答是 HTTP {}（{}：{}）"],
  ["the transcription endpoint {} does not answer: {}", "语音识别接口 {} 没有响应：{}"],
];
