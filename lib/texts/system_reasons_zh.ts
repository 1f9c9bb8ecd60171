/** The system's words about files. */
const FILES_ZH: readonly (readonly [english: string, chinese: string])[] = [
  ["Permission denied", "没有权限"],
  ["Operation not permitted", "不允许这样做"],
  ["Read-only file system", "文件系统只读"],
  ["No space left on device", "磁盘已满"],
  ["No such file or directory", "没有这个文件或目录"],
  ["Not a directory", "不是目录"],
  ["Is a directory", "是目录，不是文件"],
];

/** What Deno and the system say, in English, with `{}` for what varies, and in Chinese. */
export const SYSTEM_REASONS_ZH: readonly (readonly [english: string, chinese: string])[] = [
  ["error sending request for url ({}): {}", "{1}"],
  ["client error (Connect): {}", "{}"],
  ["tcp connect error: {}", "{}"],
  ["dns error: {}", "域名解析失败：{}"],
  ["Connection refused", "连接被拒绝"],
  ["Proxy server unreachable", "代理服务器无法连接"],
  ["Connection reset by peer", "连接被对方中断"],
  ["Network is unreachable", "网络不可达"],
  ["No route to host", "没有到主机的路由"],
  ["Connection timed out", "连接超时"],
  ["operation timed out", "操作超时"],
  ["Signal timed out.", "超时"],
  ["failed to lookup address information: {}", "{}"],
  ["Temporary failure in name resolution", "暂时无法解析"],
  ["Name or service not known", "没有这个域名"],
  ["No address associated with hostname", "没有这个域名"],
  ["nodename nor servname provided, or not known", "没有这个域名"],
  ["error reading a body from connection", "连接中途断开"],
  ...FILES_ZH,
  // Deno adds what it did with which file. The sentence around that names the file.
  ...FILES_ZH.map(([english, chinese]) => [`${english}: {} '{}'`, chinese] as const),
];
