/** Every sentence that a person reads in the chat. Short, and saying what to do next. */
export type Texts = typeof en;

/** Whole seconds as people say them: `42 s`, `3 min 5 s`, `2 h 4 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const en = {
  status: {
    queued: "Queued",
    working: "Working…",
    waiting: "Waiting for you",
    done: "Done",
    failed: "Failed",
    cancelled: "Cancelled",
    interrupted: "Interrupted",
    closed: "Closed",
  },
  reasoning: "Thinking",
  earlierTools: (n: number) => `${n} earlier tool call${n === 1 ? "" : "s"}`,
  changedFiles: "Changed files",
  tokens: (n: string) => `${n} tokens`,
  contextUsed: (percent: number) => `context ${percent} %`,
  part: (n: number, of: number) => `(${n}/${of})`,
  earlierText: "… the beginning follows when the answer is complete.",
  answerBelow: "Feishu did not accept this card; the answer is in the next message.",

  queuedBehind: (n: number) => `${n} before this one. /cancel all empties the queue.`,
  starting: "opencode is starting…",
  retrying: (attempt: number, inMs: number, why: string) =>
    `The model does not answer (${why}); attempt ${attempt + 1} in ${
      duration(inMs)
    }. /cancel stops it.`,
  asks: (what: string) => `The agent asks for permission: ${what}`,
  emptyAnswer: "The model gave an empty answer. Ask again in other words, or try /new.",
  lengthCut: "The model reached its output limit. Send “continue” to go on.",
  compacted: "The conversation was summarised to make room.",
  rejectedStop: "The agent asked and got no yes, so it stopped. Tell it how to go on.",
  cancelledNote: "Stopped. Send a new message to go on in the same session.",
  cancelledQueued: "Taken out of the queue.",
  interruptedNote: "opencode ended while it worked on this. Send “continue” to go on.",
  sessionLost: "opencode has lost this conversation's session; this is a fresh one.",
  sessionGone: "opencode has lost this session in the middle of its work.",
  modelError: (message: string) => `The model failed: ${message}`,
  authError: "Check the model's key on the computer: opencode auth login.",
  modelMissing: "Check the model's name: opencode models lists what there is.",
  agentFailed: (message: string) => `opencode refused: ${message}`,
  agentAway: (message: string) => `opencode does not answer: ${message}. Send the message again.`,
  agentAwayForNow: (message: string) =>
    `opencode does not answer (${message}); trying again. /cancel gives up.`,
  promptVanished: "opencode took the message but did nothing with it. Send it again.",

  howToAnswer: (numbers: string, choice: { multiple?: boolean; custom?: boolean }) =>
    [
      choice.multiple
        ? `Reply with numbers or names (${numbers}), separated by commas`
        : `Press a button, or reply ${numbers} or the name`,
      choice.custom ? ", or answer in your own words." : ".",
    ].join(""),
  wrongAnswer: (numbers: string) => `That is none of the answers. Reply ${numbers}, or a name.`,
  askOver: "This question is over.",
  notYourAsk: "This question is for somebody else.",
  askExpired: "Nobody answered in time.",
  askFailed: (message: string) => `The answer did not get through: ${message}`,
  askReminder: (title: string) => `Still waiting for your answer: ${title}`,
  statusAsk: (title: string) => `Open question: ${title}`,

  permissionTitle: (permission: string) => `Permission: ${permission}`,
  questionTitle: "Question",
  once: "Once",
  always: "Always",
  reject: "Reject",
  allowedOnce: "Allowed once.",
  allowedAlways: "Allowed, now and later.",
  rejected: "Rejected by the user in the chat. Do not try again; ask how to go on.",
  rejectedBySilence: "Nobody answered in time, so it was rejected. Do not try again.",
  answered: (answer: string) => `Answered: ${answer}`,
  answeredElsewhere: "Answered elsewhere.",
  turnOver: "The turn is over.",
  askBelow: "See the question below.",
  tooManyRounds: "The agent has asked many times in a row; write how it should go on.",

  lateTitle: (n: number) => `${n} message${n === 1 ? "" : "s"} came late`,
  lateQuestion: "These were sent a while ago. Run them now?",
  lateItem: (ms: number, text: string) => `${duration(ms)} ago: ${text}`,
  lateRun: "Run",
  lateSkip: "Skip",
  lateRunning: "Running.",
  lateSkipped: "Skipped.",
  diskTrouble: (message: string) =>
    `The computer cannot save its state (${message}). Make room on its disk; then it goes on.`,
  bridgeStopped: "The bridge was stopped. It takes this up again when it is started.",

  stranger: (openId: string) =>
    `You may not use this bot yet. Ask its owner to add your id: ${openId}`,
  unsupported: (type: string) =>
    `Messages of type “${type}” are not supported. Send text, or describe what you need.`,
  emptyMessage: "Write what the agent should do, or /help for the commands.",
  gotFiles: (names: string) => `Got ${names}. Now write what to do with it.`,
  fileEmpty: (name: string) => `${name} is empty.`,
  fileTooLarge: (name: string, limit: string) =>
    `${name} is larger than ${limit}, which is the most that Feishu takes.`,
  fileFailed: (name: string, why: string) => `${name} could not be loaded: ${why}. Send it again.`,
  getWhat: "Write which file: /get <path>.",
  getOutside: (directory: string) => `Only files in ${directory} can be sent.`,
  getNoFile: (path: string) => `There is no file ${path}.`,
  pairAsk: "Send the pairing code that the bridge shows on the computer's terminal.",
  pairWrong: (left: number) =>
    `That is not the code. ${left} more ${left === 1 ? "try" : "tries"}.`,
  pairLocked: "Too many wrong codes. Try again in a quarter of an hour, with a new code.",
  paired: "You may use the bot now. Write what the agent should do, or /help.",
  didYouMean: (command: string) => `Did you mean ${command}? /help lists the commands.`,

  help: [
    "Send a message, and the agent works on it in this conversation's directory.",
    "",
    "- `/new` begins a fresh session",
    "- `/cwd <path>` changes the directory; `/cwd` shows it",
    "- `/get <path>` sends a file of the directory",
    "- `/cancel` or `/stop` ends the running turn; `/cancel all` empties the queue too",
    "- `/status` shows what is going on",
    "- `/help` shows this list",
  ].join("\n"),
  newSession: (directory: string) => `Fresh session in ${directory}.`,
  cwdIs: (directory: string) => `The directory is ${directory}.`,
  cwdChanged: (directory: string) => `Now in ${directory}, with a fresh session.`,
  cwdMissing: (path: string) => `There is no directory ${path}. Send /cwd with one that exists.`,
  cwdWide: (directory: string) =>
    `${directory} holds much more than a project; the agent can change all of it.`,
  nothingRuns: "Nothing is running.",
  cancelling: "Stopping the running turn.",
  cancelledAll: (n: number) => `${n} queued message${n === 1 ? "" : "s"} taken out of the queue.`,

  statusSession: (id: string) => `Session: ${id}`,
  noSession: "Session: none yet",
  statusDirectory: (directory: string) => `Directory: ${directory}`,
  statusModel: (model: string) => `Model: ${model}`,
  statusIdle: "Turn: none",
  statusTurn: (ms: number, what: string) => `Turn: for ${duration(ms)}, ${what}`,
  statusQueue: (n: number) => `Queue: ${n}`,
  statusUndelivered: (n: number, why: string) =>
    `Undelivered: ${n}${why === "" ? "" : ` (${why})`}`,
  statusFeishu: (up: boolean, ms: number) =>
    up ? `Feishu: connected for ${duration(ms)}` : `Feishu: down for ${duration(ms)}`,
  statusOpencode: (state: string) => `opencode: ${state}`,
  statusVersion: (version: string) => `Version: ${version}`,
  statusOpen: "Anyone who can reach this bot may use it: set FEISHU_ALLOWED_USERS.",
  waitsForModel: "the model is answering",
  waitsForTool: (title: string) => `running ${title}`,
  waitsForPermission: "waiting for a permission",
  waitsForRetry: "waiting to ask the model again",
  waitsForServer: "waiting for opencode",
};

const zh: Texts = {
  status: {
    queued: "排队中",
    working: "处理中…",
    waiting: "等待你的回复",
    done: "已完成",
    failed: "失败",
    cancelled: "已取消",
    interrupted: "已中断",
    closed: "已关闭",
  },
  reasoning: "思考过程",
  earlierTools: (n) => `之前的 ${n} 次工具调用`,
  changedFiles: "改动的文件",
  tokens: (n) => `${n} tokens`,
  contextUsed: (percent) => `上下文 ${percent} %`,
  part: (n, of) => `（${n}/${of}）`,
  earlierText: "… 开头部分会在回答完成后完整发送。",
  answerBelow: "飞书没有接受这张卡片，回答见下一条消息。",

  queuedBehind: (n) => `前面还有 ${n} 条。发送 /cancel all 可清空队列。`,
  starting: "opencode 正在启动…",
  retrying: (attempt, inMs, why) =>
    `模型没有回应（${why}），${duration(inMs)}后进行第 ${
      attempt + 1
    } 次尝试。发送 /cancel 可停止。`,
  asks: (what) => `智能体请求许可：${what}`,
  emptyAnswer: "模型没有给出内容。请换个说法再问，或发送 /new。",
  lengthCut: "模型达到了输出上限。发送“继续”可接着生成。",
  compacted: "对话已被压缩以腾出空间。",
  rejectedStop: "智能体的请求没有得到同意，已停止。请告诉它接下来怎么做。",
  cancelledNote: "已停止。直接发消息可在同一会话中继续。",
  cancelledQueued: "已移出队列。",
  interruptedNote: "opencode 在处理时退出了。发送“继续”可接着做。",
  sessionLost: "opencode 丢失了这个对话的会话，已新建一个。",
  sessionGone: "opencode 在处理途中丢失了这个会话。",
  modelError: (message) => `模型出错：${message}`,
  authError: "请在电脑上检查模型的密钥：opencode auth login。",
  modelMissing: "请检查模型名称：opencode models 可列出可用模型。",
  agentFailed: (message) => `opencode 拒绝了请求：${message}`,
  agentAway: (message) => `opencode 没有回应：${message}。请重新发送。`,
  agentAwayForNow: (message) => `opencode 没有回应（${message}），正在重试。发送 /cancel 可放弃。`,
  promptVanished: "opencode 收下了消息但没有处理。请重新发送。",

  howToAnswer: (numbers, choice) =>
    [
      choice.multiple
        ? `请回复编号或名称（${numbers}），用逗号分隔`
        : `请点按钮，或回复 ${numbers} 或名称`,
      choice.custom ? "，也可以用自己的话回答。" : "。",
    ].join(""),
  wrongAnswer: (numbers) => `没有这个选项。请回复 ${numbers} 或名称。`,
  askOver: "这个问题已经结束。",
  notYourAsk: "这个问题不是问你的。",
  askExpired: "没有人及时回答。",
  askFailed: (message) => `回答没有送达：${message}`,
  askReminder: (title) => `仍在等待你的回答：${title}`,
  statusAsk: (title) => `待回答：${title}`,

  permissionTitle: (permission) => `请求许可：${permission}`,
  questionTitle: "提问",
  once: "允许一次",
  always: "始终允许",
  reject: "拒绝",
  allowedOnce: "已允许一次。",
  allowedAlways: "已允许，以后也允许。",
  rejected: "用户在聊天中拒绝了。不要重试，请询问接下来怎么做。",
  rejectedBySilence: "没有人及时回答，已拒绝。不要重试。",
  answered: (answer) => `已回答：${answer}`,
  answeredElsewhere: "已在别处回答。",
  turnOver: "任务已结束。",
  askBelow: "请看下面的问题。",
  tooManyRounds: "智能体已连续多次提问，请写下接下来怎么做。",

  lateTitle: (n) => `${n} 条迟到的消息`,
  lateQuestion: "这些消息是一段时间之前发的。现在执行吗？",
  lateItem: (ms, text) => `${duration(ms)}前：${text}`,
  lateRun: "执行",
  lateSkip: "跳过",
  lateRunning: "开始执行。",
  lateSkipped: "已跳过。",
  diskTrouble: (message) => `电脑无法保存状态（${message}）。请清理磁盘，之后会继续处理。`,
  bridgeStopped: "桥接程序已停止，重新启动后会继续处理。",

  stranger: (openId) => `你还没有使用权限。请让机器人的主人添加你的 id：${openId}`,
  unsupported: (type) => `不支持“${type}”类型的消息。请发送文字，或描述你的需求。`,
  emptyMessage: "请写下要做的事，或发送 /help 查看命令。",
  gotFiles: (names) => `已收到 ${names}。请写下要做什么。`,
  fileEmpty: (name) => `${name} 是空文件。`,
  fileTooLarge: (name, limit) => `${name} 超过了飞书允许的 ${limit}。`,
  fileFailed: (name, why) => `${name} 无法下载：${why}。请重新发送。`,
  getWhat: "请写明文件：/get <路径>。",
  getOutside: (directory) => `只能发送 ${directory} 里的文件。`,
  getNoFile: (path) => `没有文件 ${path}。`,
  pairAsk: "请发送电脑终端上显示的配对码。",
  pairWrong: (left) => `配对码不对，还可以试 ${left} 次。`,
  pairLocked: "错误次数过多。请一刻钟后用新的配对码再试。",
  paired: "你现在可以使用机器人了。请写下要做的事，或发送 /help。",
  didYouMean: (command) => `你是想输入 ${command} 吗？发送 /help 查看命令。`,

  help: [
    "发送消息，智能体就会在当前对话的目录里工作。",
    "",
    "- `/new` 新建会话",
    "- `/cwd <路径>` 切换目录；`/cwd` 查看目录",
    "- `/get <路径>` 发送目录里的文件",
    "- `/cancel` 或 `/stop` 停止当前任务；`/cancel all` 同时清空队列",
    "- `/status` 查看当前状态",
    "- `/help` 显示本列表",
  ].join("\n"),
  newSession: (directory) => `已在 ${directory} 新建会话。`,
  cwdIs: (directory) => `当前目录是 ${directory}。`,
  cwdChanged: (directory) => `已切换到 ${directory}，并新建会话。`,
  cwdMissing: (path) => `目录 ${path} 不存在。请用 /cwd 指定一个存在的目录。`,
  cwdWide: (directory) => `${directory} 远不止一个项目，智能体可以改动其中的一切。`,
  nothingRuns: "当前没有任务在运行。",
  cancelling: "正在停止当前任务。",
  cancelledAll: (n) => `已从队列移出 ${n} 条消息。`,

  statusSession: (id) => `会话：${id}`,
  noSession: "会话：尚未建立",
  statusDirectory: (directory) => `目录：${directory}`,
  statusModel: (model) => `模型：${model}`,
  statusIdle: "任务：无",
  statusTurn: (ms, what) => `任务：已进行 ${duration(ms)}，${what}`,
  statusQueue: (n) => `队列：${n}`,
  statusUndelivered: (n, why) => `未送达：${n}${why === "" ? "" : `（${why}）`}`,
  statusFeishu: (up, ms) => up ? `飞书：已连接 ${duration(ms)}` : `飞书：已断开 ${duration(ms)}`,
  statusOpencode: (state) => `opencode：${state}`,
  statusVersion: (version) => `版本：${version}`,
  statusOpen: "任何能找到此机器人的人都可以使用它：请设置 FEISHU_ALLOWED_USERS。",
  waitsForModel: "模型正在回答",
  waitsForTool: (title) => `正在运行 ${title}`,
  waitsForPermission: "等待许可",
  waitsForRetry: "等待重新请求模型",
  waitsForServer: "等待 opencode",
};

/** The sentences in a language. */
export function texts(language: "zh" | "en"): Texts {
  return language === "zh" ? zh : en;
}
