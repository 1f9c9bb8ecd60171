import { opencodeZh } from "./opencode_zh.ts";
import { scriptsZh } from "./scripts_zh.ts";
import { updateZh } from "./update_zh.ts";
import { durationZh as duration } from "./duration_zh.ts";
import { reasonZh } from "./reasons_zh.ts";
import type { TerminalTexts } from "./terminal_en.ts";

/** The name of a check of `doctor`, and what to do when it fails. */
const check = (name: string, todo: string) => ({ name, todo });

/** The terminal's sentences in Chinese. */
export const terminalZh: TerminalTexts = {
  ...opencodeZh,
  ...scriptsZh,
  ...updateZh,
  reason: reasonZh,
  bridgeReady: (pid) => `桥接程序已就绪（pid ${pid}）`,
  agentDirectory: (path) => `目录：${path}`,
  logFile: (path) => `日志：${path}`,
  settingsFile: (path) => `设置：${path}`,
  alreadyRuns: (pid) => `已有桥接程序在运行（pid ${pid}）：start --force 可替换它`,
  didNotStart: (why = "它没有给出原因就结束了") => `桥接程序未能启动：${why}`,
  notReady: (seconds, why = "没有发现问题，可用 status 查看是否就绪") =>
    `桥接程序正在运行，但 ${seconds} 秒后仍未就绪，会继续尝试：${why}`,
  bridgeStopped: "桥接程序已停止",
  leftoverStopped: "没有桥接程序在运行；它遗留的 opencode 已停止",
  noBridge: "没有桥接程序在运行",
  bridgeRuns: (pid, ms, ready) =>
    `桥接程序（pid ${pid}）已运行 ${duration(ms)}${ready ? "" : "，尚未就绪"}`,
  opencodeLine: (name, why) =>
    why === "" ? `opencode：可连接（${name}）` : `opencode：无法连接（${why}）`,
  moving: (values) => `已复制 ${values} 项`,
  moved: (values, from, to) => `已把 ${values} 项从 ${from} 复制到 ${to}，并读回核对`,
  setKv: (url, file) =>
    `请在 ${file} 中设置 BRIDGE_KV=${url} 和 DENO_KV_ACCESS_TOKEN，然后启动桥接程序。原来的状态保持不变。`,
  unsetKv: "请从设置中删除 BRIDGE_KV，然后启动桥接程序。服务器上的状态保持不变。",
  moveBroken: (why) => `服务器太久没有响应（${reasonZh(why)}）：请再运行一次同样的命令，会从头开始`,
  codeInLogs: "还没有人配对：请把 logs 中的配对码发给机器人",
  sendCode: (code, minutes) => `还没有人配对：请在 ${minutes} 分钟内把配对码 ${code} 发给机器人`,
  because: (why) => `（${why}）`,
  noLog: (path) => `还没有日志：${path}`,
  keptByService: (command) => `这个桥接程序由系统服务保持运行。如需停止，请运行：${command}`,
  cannotEnd: (pid) => `桥接程序（pid ${pid}）强制结束也没有退出：它在等待磁盘，或者属于另一个用户`,
  stopBridgeFirst: (pid) => `已有桥接程序在运行（pid ${pid}）：请先停止它`,
  installed: (file) => `已安装 ${file}`,
  systemUnit: (name, files) =>
    `请保存为 /etc/systemd/system/${name}.service，并创建这些文件：
${files}
然后运行 sudo systemctl enable --now ${name}`,
  removed: (file) => `已移除 ${file}`,
  noService: (file) => `没有安装服务：${file} 不存在`,
  notStarted: "服务没有安装，一切保持原样",
  goesOn: (pid, command) =>
    `服务已移除，但服务管理器没有应答，桥接程序（pid ${pid}）仍在运行。请以该用户登录并运行：${command}`,
  serviceToo: (file) => `此状态目录还安装了服务（${file}）：两者只能运行一个`,
  serviceDown: "服务已安装但没有运行：请查看 service status 和 logs",
  systemdRemedy:
    "请直接以该用户登录（不要用 su 或 sudo）后重新安装；或使用 service install --system",
  systemdAccess: "请直接以该用户登录（不要用 su 或 sudo）后重试",
  launchdAccess: "请以该用户在这台 Mac 的屏幕上登录后重试",
  noManager: (command) =>
    `本机没有 ${command}，没有做任何改动：可用 start 在后台运行桥接程序，直到关机`,
  managerAway: (why, todo) => `服务管理器没有应答（${why}）：${todo}`,
  settingsStay: (file) => `设置文件会保留：${file}`,
  launchdRemedy: "请以该用户在这台 Mac 的屏幕上登录后重新安装",
  lingerHint: "如需在退出登录后继续运行：loginctl enable-linger",
  loginHint: "登录后会自动启动",
  noHome: "没有设置 HOME，无法确定服务文件的位置",
  commandFailed: (command, why) => `${command} 执行失败：${why}`,
  notInstalled: "本机没有安装这个命令",

  installingOpencode: (version, dir) =>
    `正在把 opencode ${version} 安装到 ${dir}（只需一次，约 350 MB）…`,
  noNpm: (command) =>
    `找不到 ${command}，也没有可用来安装它的 npm：请安装 opencode，或把 OPENCODE_CMD 设为其路径`,
  npmFailed: (why) => `npm 无法安装 opencode-ai：${why}`,

  openToAll: [
    "!!! 任何能找到机器人的人都可以在这台电脑上运行程序：FEISHU_ALLOWED_USERS 为空",
    "!!! 请把它设为你的 open_id（ou_…）或 pair 后重新启动；如果确实如此打算，请设为 *",
  ],
  defaultProfile: "（默认）",
  profileState: (pid, service = false) =>
    pid !== undefined ? `运行中（pid ${pid}）` : service ? "已停止（已安装服务）" : "已停止",
  nobodyPaired: "还没有人配对",
  pairedLine: (openId, since, isFirst) =>
    `${openId}${since > 0 ? `  ${new Date(since).toISOString()}` : ""}${
      isFirst ? "  （第一位）" : ""
    }`,
  notPairing: "FEISHU_ALLOWED_USERS 不是 pair，因此只有当它允许时这些人才能使用",
  notPaired: (openId) => `${openId} 没有配对：见 pair list`,
  unpaired: (openId) => `${openId} 不能再使用机器人了`,
  notUnpaired: (pid) => `桥接程序（pid ${pid}）没有响应，会在重新启动时移除此人`,

  checks: {
    settings: check("设置", "请在 env 文件中设置，或运行 setup"),
    users: check(
      "用户",
      "请把 FEISHU_ALLOWED_USERS 设为你的 open_id 或 pair；如果确实对所有人开放，请设为 *",
    ),
    state: check("状态目录", "请确保你有写权限，或设置 BRIDGE_STATE_DIR"),
    disk: check("磁盘", "请清理磁盘空间"),
    opencode: check("opencode", "npm install -g opencode-ai，或把 OPENCODE_CMD 设为其路径"),
    model: check("模型", "请配置：opencode auth login"),
    asks: check("ask 规则", ""),
    voice: check("语音识别", "请修正 BRIDGE_STT_URL、BRIDGE_STT_KEY 或 BRIDGE_STT_MODEL"),
    undelivered: check("未送达", "启动桥接程序即可发送"),
    calls: check("飞书 API 调用", "请设置 BRIDGE_CALLS=thrifty，或为企业升级套餐以提高额度"),
    version: check("版本", "请运行 update"),
    network: check("网络", "请检查网络连接、HTTPS_PROXY 和 FEISHU_DOMAIN"),
    clock: check("时钟", "请校准电脑时间"),
    credentials: check("应用凭证", "请从开发者后台的“凭证与基础信息”重新复制 App ID 和 App Secret"),
    bot: check("机器人", "请为应用添加机器人能力并发布版本"),
    scopes: check("权限", "请运行 setup --repair，或在“权限管理”中开通这些权限，然后发布版本"),
    extras: check(
      "附加功能",
      "如需这些功能，请运行 setup --repair，或在“权限管理”中开通权限，然后发布版本",
    ),
    connection: check("长连接", "请看上面的网络检查"),
    instances: check("唯一连接", "请停止使用此应用的其他程序，包括其他电脑上的"),
    events: check(
      "能收到消息",
      "请在“事件配置”中选择“使用长连接接收事件”，添加 im.message.receive_v1 并发布版本；停止使用此应用的其他程序",
    ),
    callbacks: check(
      "能收到按钮点击",
      "请在“回调配置”中选择“使用长连接接收回调”，添加 card.action.trigger 并发布版本",
    ),
    consumers: check("没有其他程序", "请停止使用此应用的另一个程序：它会抢走消息"),
  },
  remedies: {
    certificate: "如果此网络使用自签证书，请把 NODE_EXTRA_CA_CERTS 设为该证书文件（PEM）",
    proxy: "请修正 HTTPS_PROXY，或优先于它的 ALL_PROXY（http://HOST:PORT 或 socks5://HOST:PORT，" +
      "用户名和密码写在 HOST 之前），或用 NO_PROXY 排除该主机",
    configuration: "请修正 opencode 的配置：其目录或 ~/.config/opencode 中的 opencode.json",
    startByHand: "请在该目录运行 `opencode serve`，查看它的输出",
    loopback: "opencode 需要本机地址 127.0.0.1：请启用 IPv4 回环地址",
    kv: "请检查服务器是否在运行，BRIDGE_KV 和 DENO_KV_ACCESS_TOKEN 是否正确",
    voiceClearText: "录音和密钥在传输途中可被读取：请使用 https",
    clearText: "状态在传输途中可被读取：请使用 https，或 WireGuard 之类的隧道",
    writable: "请使其可写，并把 TMPDIR 设为可写的目录",
  },
  finding: (name, text) => `${name}：${text}`,
  origins: { option: "命令行", environment: "环境变量", file: "env 文件" },
  theEnvironment: "环境变量",
  originDefault: "默认值",
  hidden: "（已隐藏）",
  correctOption: "请修正这个选项",
  correctVariable: (name) => `请修正环境变量 ${name}`,
  correctIn: (file) => `请在 ${file} 中修正`,
  notSetUp: "没有设置，不识别语音消息",
  fine: "正常",
  skipped: "未检查",
  skippedWithoutTerminal: "未检查：请在终端中运行 doctor（不带 --json）",
  skippedWithBridge: (pid) =>
    `未检查：消息由桥接程序接收（pid ${pid}）；请先运行 stop，再在终端中运行 doctor`,
  noServer: (url, why) => `${url} 没有应答：${why}`,
  startService: "请启动 opencode 的后台服务：opencode service start",
  opencodeNews: (found, news) => `${found}；它发来了本程序不认识的内容，已忽略：${news}`,
  updateThis: "如果聊天中缺少内容，请更新本程序",
  startServer: "请启动该 opencode 服务，或修正 OPENCODE_URL 及其密码",
  everyone: "任何能找到机器人的人都可以使用",
  usedBy: (dir, pid) => `${dir}，桥接程序正在使用（pid ${pid}）`,
  envFileUnused: (file) => `${file} 没有 FEISHU_APP_ID，因此不会使用`,
  envFileOpen: (file, mode) => `其他用户可以读取或修改 ${file}（权限 ${mode}）`,
  noSetting: (name, file) => `${name} 不是设置项，不起作用（${file}）`,
  junkLine: (line, file) => `${file} 的第 ${line} 行不是 NAME=value，不起作用`,
  junkTodo: "请修正或删除它",
  meantSetting: (name) =>
    name === undefined ? "请删除它：--help 列出所有设置项" : `是不是想写 ${name}？`,
  freeSpace: (mb) => `剩余 ${mb} MB`,
  freeSpaceUnknown: "df 没有给出剩余空间",
  freeModel: "没有配置自己的模型：opencode 会联网使用免费模型",
  noRules: "无",
  messages: (n) => `${n} 条消息`,
  clockSkew: (seconds) => `与飞书的时间相差 ${seconds} 秒`,
  missingScopes: (scopes) => `缺少：${scopes}`,
  features: {
    send: "无法回复",
    direct: "收不到单聊消息",
    mentions: "收不到群里的 @ 消息",
    read: "无法读取引用、文件和错过的消息",
    readGroups: "群里只能收到 @ 消息，无法读取引用、转发和错过的消息（需管理员授权）",
    reactions: "没有表情回复",
    files: "智能体无法发送文件和图片",
    typing: "回答分步更新",
    slashPanel: "飞书的指令面板里没有命令",
    buzz: "`/notify buzz` 的提醒不会加急",
    onTop: "有提问时聊天不会置顶",
    divider: "/new 没有分割线",
    joined: "进群时不打招呼",
    names: "智能体读到的是 ID 而不是姓名，`chats` 也一样",
    groupNames: "`send`、`ask` 和 `chats` 只能用 ID 指定群",
  },
  without: (scopes, what) => `没有 ${scopes}：${what}`,
  onlyConnection: "没有其他程序占用",
  otherConnections: (n) => `此应用还有 ${n} 个连接：消息会被它们收走`,
  heldBy: (pid) => `由桥接程序保持（pid ${pid}）`,
  connectionDown: (why) => `已断开：${why}`,
  sendHi: (bot, seconds) => `  请现在在飞书里给 ${bot} 发送“hi”（${seconds} 秒）…`,
  nothingCame: "什么也没收到",
  pressCard: "请点击按钮。",
  press: "点击",
  pressNow: (seconds) => `  请现在点击机器人回复下面的按钮（${seconds} 秒）…`,
  pressed: "可以了。",
  sendMore: (seconds) => `  请再发两条消息（${seconds} 秒）…`,
  stolen: (n, of) => `${of} 条消息中有 ${n} 条到了另一个程序`,
  tooFewMessages: "未能确认：发送的消息不足三条",

  scan: "请用手机上的飞书或 Lark 扫码：",
  openLink: (url, minutes) => `或打开 ${url}（${minutes} 分钟内有效）`,
  codeExpired: "二维码已过期：请重新运行 setup",
  declined: "请求在飞书中被拒绝：请重新运行 setup，或使用 setup --manual",
  setupFailed: (why) => `飞书没有创建应用（${why}）：请尝试 setup --manual`,
  repairFailed: (why, url) =>
    `飞书没有修改应用（${why}）：请在 ${url} 手动补充缺少的部分，步骤见 README`,
  setupAway: (host, why) => `无法连接 ${host}（${why}）：请检查网络连接和 HTTPS_PROXY，然后重试`,
  repairedOther: (changed, wanted) =>
    `被修改的是 ${changed}，而不是设置中的 ${wanted}：请重新扫码并选择后者`,
  createByHand: (url) => `请在 ${url} 创建带机器人的自建应用，步骤见 README。`,
  askAppId: "App ID（cli_…）：",
  askAppSecret: "App Secret（不显示）：",
  notVerified: (why) => `未能验证 App ID 和 App Secret（${why}）`,
  usersStay: (users) => `FEISHU_ALLOWED_USERS 保持不变：${users}`,
  backedUp: (file) => `原来的设置保存在 ${file}`,
  written: (file) => `已写入 ${file}。`,
  greeted: "机器人已在飞书里给你发了消息。",
  botChat: (link) => `发布之后，可用此链接打开与机器人的聊天：${link}`,
  greeting: (directory) =>
    `你好！我连接着你电脑上的编程智能体 opencode，它的目录是 \`${directory}\`。在那台电脑上运行 ` +
    "`feishu-opencode-bridge start` 之后，直接在这里写下你的需求即可。发送 /help 查看命令。",
  nextSteps: (page, events, callbacks) =>
    [
      "接下来请：",
      "  1. 运行 start（只有桥接程序已连接，开发者后台才能保存下一步的设置）",
      `  2. ${page}/event：“事件配置”选择“使用长连接接收事件”，并添加 ${events}`,
      `  3. ${page}/event?tab=callback：“回调配置”选择“使用长连接接收回调”，并添加 ${callbacks}`,
      `  4. ${page}/version：创建版本并发布`,
      "  5. 把 start 显示的配对码发给机器人，然后运行 doctor",
    ].join("\n"),
  publish: (url) => `如果机器人还没有回应，请发布应用版本：${url}`,
  attachNoTerminal: "attach 会打开 opencode 的终端界面，需要在终端里运行",
  attachNoServer:
    "没有由此桥接程序运行的 opencode：请先启动桥接程序，或用 --state-dir 指明状态目录",
  attachLost: (session) =>
    `opencode 里已没有会话 ${session}：在聊天中发送 /here 可得到当前会话的命令`,
  attachNoChat: (chat) =>
    chat === ""
      ? "还没有聊天有会话：请先给机器人发消息"
      : `聊天 ${chat} 没有会话：在聊天中发送 /here 可得到命令`,
  attachWhich: (n) => `可能是 ${n} 个会话中的一个，请指明：`,
};
