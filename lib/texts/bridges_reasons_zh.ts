/**
 * What can go wrong with the bridges of a machine and with scripts that talk to them, in English and in Chinese, like
 * `REASONS_ZH`.
 */
export const BRIDGES_REASONS_ZH: readonly (readonly [english: string, chinese: string])[] = [
  [
    "The socket {} would have a path of {} bytes, and the system takes {}: choose a shorter " +
    "BRIDGE_STATE_DIR to use send, ask, chats and attach",
    "套接字 {} 的路径有 {} 字节，系统最多允许 {}：要使用 send、ask、chats 和 attach，请选择更短的 BRIDGE_STATE_DIR",
  ],
  ["What answers on {} is not this version of the bridge", "在 {} 应答的不是这个版本的桥接程序"],
  [
    "Another bridge on this machine uses the app {} (pid {}, state directory {}): each would miss the " +
    "messages that the other gets. Stop it, or make an app of its own with setup",
    "本机的另一个桥接程序正在使用应用 {}（pid {}，状态目录 {}）：两者会各自漏掉对方收到的消息。" +
    "请停止它，或用 setup 另建一个应用",
  ],
  ["There is no profile {}: {}", "没有名为 {} 的 profile：{}"],
  [
    "setup --profile {} makes it (profiles lists those that exist)",
    "setup --profile {} 可创建它（profiles 列出已有的）",
  ],
  [
    "the chat is on the machine {}: go on there, or move it with /on",
    "该聊天由机器 {} 处理：请在那里继续，或用 /on 移到这里",
  ],
  ["this bridge does not know such a request", "这个桥接程序不认识这样的请求"],
  ["the file has more than {} bytes", "文件超过 {} 字节"],
  ["a line has more than {} bytes", "一行超过 {} 字节"],
];
