import type { opencodeEn } from "./opencode_en.ts";

/** What is wrong with opencode, in Chinese. */
export const opencodeZh: typeof opencodeEn = {
  noBackground: (file) => `后台服务没有运行：没有 ${file}`,
  serviceAway: (url, why) =>
    `opencode 的后台服务${
      url && `（${url}）`
    }没有应答（${why}）：请用 \`opencode service start\` 启动，或清空 OPENCODE_URL`,
  opencodeAway: (server, why) =>
    `${server} 上没有 opencode 应答（${why}）：请启动它，或修正 OPENCODE_URL 及其密码`,
  noOpencode: (command) =>
    `找不到 ${command}：请安装 opencode（npm install -g opencode-ai），或把 OPENCODE_CMD 设为其路径`,
  notExecutable: (command) => `${command} 不是可执行文件：请把 OPENCODE_CMD 设为 opencode 的路径`,
  opencodeTooOld: (version, oldest, npmPackage) =>
    `opencode ${version} 版本过旧：请更新到 ${oldest} 或更高版本（npm install -g ${npmPackage}）`,
  opencodeTooNew: (version, major, npmPackage) =>
    `本程序还不支持 opencode ${version}：请更新本程序，或安装 opencode ${major}.x（npm install -g ${npmPackage}@${major}）`,
  notOpencode: (url, why) =>
    `${url} 上应答的不是本程序支持的 opencode（${why}）：请修正 OPENCODE_URL，或结束占用该端口的程序`,
  sentPage: "返回的是网页",
  sentNoVersion: "应答中没有版本号",
  knowsNoPath: "不认识 opencode 的任何接口",
  wrongPassword: (url) => `${url} 上的服务拒绝了密码：请修正 OPENCODE_URL 中的用户名和密码`,
  sentElsewhere: (url, to) =>
    `${url} 重定向到了${to && ` ${to}`}，密码不会发往那里：请把 OPENCODE_URL 设为服务本身的地址`,
  ownPasswordRefused:
    "opencode 拒绝了启动时给它的密码：请把 OPENCODE_CMD 设为 opencode 本身，而不是自带 OPENCODE_SERVER_PASSWORD 的脚本",
  commandNotOpencode: (why) =>
    `OPENCODE_CMD 启动的不是本程序支持的 opencode（${why}）：请把它设为 opencode 的路径`,
  servesEverybody:
    "opencode 没有使用密码，任何人都能访问：请更新它，或把 OPENCODE_CMD 设为 opencode 本身",
  opencodeNotUp: (seconds, why, log) =>
    `opencode 在 ${seconds} 秒内没有就绪（${why}）：请查看 ${log}`,
  opencodeSilent: "它没有报告正在监听",
  opencodeEnded: (code, lines) => `opencode 启动时退出，代码 ${code}：${lines}`,
  timedOut: "超时",
};
