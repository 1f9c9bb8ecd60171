import { asksZh } from "./asks_zh.ts";
import { budgetZh } from "./budget_zh.ts";
import { chatUpdateZh } from "./chat_update_zh.ts";
import { commandsZh } from "./commands_zh.ts";
import { sessionsZh } from "./sessions_zh.ts";
import { buttonsZh } from "./buttons_zh.ts";
import { durationZh as duration } from "./duration_zh.ts";
import type { Texts } from "./en.ts";
import { languageZh } from "./language_zh.ts";
import { groupsZh } from "./groups_zh.ts";
import { notifyZh } from "./notify_zh.ts";
import { rulesZh } from "./rules_zh.ts";
import { schedulesZh } from "./schedules_zh.ts";
import { settingsZh } from "./settings_zh.ts";
import { filesZh } from "./files_zh.ts";
import { machinesZh } from "./machines_zh.ts";
import { waitsZh } from "./waits_zh.ts";
import { voiceZh } from "./voice_zh.ts";
import { statusZh } from "./status_zh.ts";
import { reasonZh } from "./reasons_zh.ts";
import { worktreesZh } from "./worktrees_zh.ts";

/** The chat's sentences in Chinese. */
export const zh: Texts = {
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
  toolCalls: (n, failed) => `${n} 次工具调用${failed > 0 ? `，${failed} 次失败` : ""}`,
  changedFiles: "改动的文件",
  tokens: (n) => `${n} tokens`,
  contextUsed: (percent) => `上下文 ${percent}%`,
  part: (n, of) => `（${n}/${of}）`,
  answerInFile: "回答较长，这里只显示开头，全文见下方文件。",
  earlierText: "… 开头部分会在回答完成后补发。",
  middleMissing: (chars) => `… 中间还有 ${chars} 个字符，可在电脑上的会话中查看，结尾是：`,
  answerBelow: "飞书没有接受这张卡片，回答见下一条消息。",

  queuedBehind: (n) =>
    `前面${n > 1 ? "最多" : ""}还有 ${n} 条消息。发送 /cancel all 可停止当前任务并清空队列。`,
  asksPermission: (what) => `智能体请求授权：${what}`,
  asksQuestion: (what) => `智能体向你提问：${what}`,
  emptyAnswer: "模型没有返回内容。请换个说法再问，或发送 /new。",
  lengthCut: "模型达到了输出上限。发送“继续”可接着生成。",
  compacted: "会话已压缩，以腾出上下文空间。",
  joined: "有人同时在 opencode 里向这个会话发了消息，这条回答同时回应两者。",
  rejectedStop: "智能体的请求没有获得授权，已停止。请告诉它接下来怎么做。",
  unansweredStop: "智能体的提问没有得到回答，已停止。请写下回答，它会接着做。",
  cancelledNote: "已停止。直接发消息可在同一会话中继续。",
  cancelledQueued: "已移出队列。",
  interruptedNote: "opencode 在处理过程中退出了。发送“继续”可接着做。",
  clockSetBack:
    "电脑的时钟在此期间被往回调了，opencode 会因此无休止地继续，所以已停止。发送新消息可接着做。",
  sessionAhead:
    "电脑的时钟被往回调了，原会话的时间比现在还晚，opencode 无法在其中继续，已新建一个会话。",
  clockBehind: (ms) =>
    `电脑的时钟被往回调了，opencode 要等时钟追上，${
      duration(ms)
    }后在此会话中继续。发送 /cancel 可放弃。`,
  sessionLost: "opencode 丢失了这个对话的会话，已新建一个。",
  sessionGone: "opencode 在处理过程中丢失了这个会话。请重新发送消息，会在新会话中处理。",
  modelError: (message) => `模型出错：${message}`,
  authError: "请在电脑上检查模型的密钥：opencode auth login。",
  modelMissing: "请检查模型名称：opencode models 可列出可用模型。",
  agentFailed: (message) => `opencode 拒绝了请求：${reasonZh(message)}`,
  agentAway: (message) => `opencode 没有响应：${reasonZh(message)}。请重新发送消息。`,
  agentAwayForNow: (message) =>
    `opencode 没有响应（${reasonZh(message)}），正在重试。发送 /cancel 可放弃。`,
  commandUnseen:
    "发送此命令时与 opencode 的连接中断，它可能已在运行，正在等待结果。发送 /cancel 可放弃。",
  commandUnclear: "无法确定 opencode 是否运行了此命令。请先查看它做了什么，再决定是否重新发送。",
  otherChatRuns: "另一个聊天正在使用这个会话，将在其后执行。发送 /cancel 可放弃，/new 可新建会话。",
  busyElsewhere: "这个会话里有在别处开始的任务，将在其后执行。发送 /cancel 可放弃。",
  statusUnknownEvents: (types) => `opencode 的版本比桥接程序支持的新，已忽略：${types}`,
  wokeUp: "后台的工作已结束，智能体自动继续。",
  begunByScript: (text) => `桥接程序所在电脑上的脚本提问：“${text}”`,
  begunElsewhere: (text) => `有人在 opencode 里向这个会话写道：“${text}”`,
  stoppingNote: "正在停止…",
  stopUnconfirmed: "opencode 尚未确认停止。下一条消息将使用新会话，发送 /resume 可返回原会话。",
  promptVanished: "opencode 收到了消息，但没有处理。请重新发送。",

  ...asksZh,
  ...sessionsZh,
  ...buttonsZh,
  ...languageZh,
  ...notifyZh,
  ...groupsZh,
  ...settingsZh,
  ...filesZh,
  ...machinesZh,
  ...waitsZh,
  ...budgetZh,
  ...chatUpdateZh,
  ...voiceZh,

  diskTrouble: (message) =>
    `电脑无法保存状态（${reasonZh(message)}）。请清理磁盘空间，之后会自动继续。`,
  kvTrouble: (why) => `共享 KV 无法连接（${reasonZh(why)}）。你发的内容会等待，连上后自动继续。`,
  notHandledYet: (why) => `电脑暂时无法处理这条消息（${reasonZh(why)}），会自动重试。`,
  turnBroken: (why) => `回答无法保存（${reasonZh(why)}），可在电脑上的会话中查看。`,
  contentRefused: (why) => `飞书不接受这条消息的内容（${reasonZh(why)}），可在电脑上的会话中查看。`,
  fileAsMessages: (why) => `文件无法发送（${reasonZh(why)}），内容如下。`,
  restOnComputer: (n) => `… 其后还有 ${n} 条，全文可在电脑上的会话中查看。`,
  answerFileGone: "全文文件已不存在，可在电脑上的会话中查看回答。",
  fileVanished: (name) => `${name} 已不存在，未能发送。`,
  fileNotSent: (name, why) => `${name} 无法发送：${reasonZh(why)}。`,
  bridgeStopped: "桥接程序已停止，重新启动后会继续处理。",
  turnStopped: "桥接程序已停止。重新启动后，发送“继续”可接着做。",

  greeting: (directory, isGroup) =>
    [
      `你好！我背后的电脑上有编程智能体 opencode，它在目录 \`${directory}\` 中为你工作。` +
      (isGroup ? "请 @ 我并写下你的需求，例如：" : "请写下你的需求，例如："),
      "- 这个目录里有什么？\n- 找出测试失败的原因，并提出修改方案。",
      "规则没有允许的操作，它会先征求同意。发送 /help 查看命令。",
    ].join("\n\n"),
  suggestContinue: "继续",
  stranger: (openId) => `你还没有使用权限。请让机器人的所有者添加你的 id：${openId}`,
  unsupported: (type) => `不支持“${type}”类型的消息。请发送文字，或描述你的需求。`,
  emptyMessage: "请写下要智能体做的事，或发送 /help 查看命令。",
  noticeQuoted: "你引用的是我的提示消息。请写明要智能体做什么。",
  forwardedMessages: (n) => n === 0 ? "转发的卡片" : `转发的聊天记录（${n} 条）`,
  quoteUnread: (why) => `无法读取引用的消息：${reasonZh(why)}`,
  quoteRecalled: "引用的消息已被撤回。如有需要，请写出其内容。",
  topicUnread: (why) => `无法读取此话题之前的内容：${reasonZh(why)}`,
  forwardUnread: (why) => `无法读取转发的内容：${reasonZh(why)}`,
  lacksScope: (scope) =>
    `应用缺少权限 ${scope}。请机器人的所有者在飞书开发者后台的“权限管理”中开通，并发布版本。`,
  contentHidden: "飞书不提供其中卡片或聊天记录的内容。请描述一下，或发送文字。",
  filesLeftOut: (n) => `其中还有 ${n} 个文件没有下载。需要的请单独发送。`,
  gotFiles: (names) => `已收到 ${names}。请写下要用它做什么。`,
  filesWait: (names) => `已保留给你的下一条消息：${names}。`,
  filesTakenOut: (names) => `消息已撤回，随之移除：${names}。`,
  filesDropped: (names) => `新会话中不再保留：${names}。`,
  fileEmpty: (name) => `${name} 是空文件。`,
  fileTooLarge: (name, limit) => `${name} 超过了飞书允许的 ${limit}。`,
  noRoomForFile: (name) =>
    `没有接收 ${name}：BRIDGE_KEEP_FILES_MB 的空间已被任务仍需要的文件占满，请稍后重新发送。`,
  fileLate: (name, minutes) =>
    `暂时无法从飞书取得 ${name}，${minutes} 分钟内会继续尝试；用 /cancel 停止。`,
  fileFailed: (name, why) => `${name} 无法下载：${reasonZh(why)}。请重新发送。`,
  messageTooLong: (kilobytes) =>
    `这段文字有 ${kilobytes} KB。智能体会收到开头，以及包含全文的文件。`,
  pairAsk: "请发送运行桥接程序的电脑上显示的配对码：在它的终端里，或用 `logs` 命令查看。",
  pairExpired: "这个配对码已过期。电脑上有新的配对码：在它的终端里，或用 `logs` 命令查看。",
  pairWrong: (left) => `配对码不对，还可以试 ${left} 次。`,
  pairLocked: "错误次数过多。请一小时后用新的配对码再试。",
  paired: "你现在可以使用机器人了。请写下要智能体做的事，或发送 /help。",
  openToAll:
    "任何能找到此机器人的人都可以在它背后的电脑上运行程序。机器人的所有者可在那台电脑上用 FEISHU_ALLOWED_USERS 更改。",
  everyoneMayUse: "任何能找到此机器人的人都可以使用它：见电脑上的 FEISHU_ALLOWED_USERS。",
  onlyTheFirst: "只有此机器人的第一位用户可以查看和更改用户名单。",
  userLine: (openId, ms) => `\`${openId}\`${ms > 0 ? `，${duration(ms)}前加入` : ""}`,
  howToRemove: "发送 `/users remove` 加编号可移除某人。",
  listInSettings: "名单在电脑上的 FEISHU_ALLOWED_USERS 里，请在那里更改。",
  noSuchUser: (name) => `名单里没有 ${name}。发送 /users 查看。`,
  notYourself: "不能在这里移除自己，只能在电脑上操作：pair remove。",
  userRemoved: (openId) => `${openId} 不能再使用机器人了。`,
  userGone: (openId) => `${openId} 不能再使用此机器人，其在这里的任务已停止。`,
  misused: (usage, does) =>
    `写法不对，没有执行。正确写法是 \`${usage}\`，作用：${does}。去掉斜杠则会作为消息发给智能体。`,
  noSuchCommand: (command) => `没有命令 ${command}。发送 /help 查看全部命令。`,
  didYouMean: (command) => `你是想输入 ${command} 吗？发送 /help 查看命令。`,

  help: "发送消息，智能体就会在当前对话的目录里工作。",
  commands: commandsZh,
  helpMore: "opencode 的命令：",
  moreCommands: "更多命令",
  commandFailed: (command, why) => `${command} 执行失败：${reasonZh(why)}。请稍后重新发送。`,
  stopFirst: "还有任务在运行。请先发送 /cancel all，或等它结束。",
  nothingYet: "这个会话里还没有内容。",
  noSessions: (directory) => `${directory} 里还没有会话。请直接发消息。`,
  sessionLine: (title, ms, current) => `${title} – ${duration(ms)}前${current ? " ✓" : ""}`,
  howToResume: "发送 `/resume` 加编号可继续其中一个会话。",
  noSuchSession: (name) => `“${name}”没有对应到唯一的会话。发送 /sessions 查看列表。`,
  resumed: (title) => `已切换到“${title}”。`,
  resumedShared: "另一个聊天也在使用这个会话，双方的消息会依次执行。",
  currentChoice: (name) => `当前：\`${name}\``,
  howToChoose: (command) => `发送 \`${command}\` 加完整或部分名称可切换。`,
  chosen: (name) => `从下一条消息起使用：\`${name}\`。`,
  noSuchChoice: (name, command) => `没有 ${name}。发送 ${command} 查看列表。`,
  ambiguousChoice: (name) => `有多个名称匹配 ${name}，请写得更完整：`,
  undone: (what) => `已撤销：“${what}”`,
  redone: (what) => `已恢复：“${what}”`,
  howToRedo: "发送下一条消息之前，可用 /redo 恢复。",
  rewindOpen: (command) =>
    `opencode 尚未确认 ${command}。再次发送 ${command} 可查看结果，不会重复执行。`,
  nothingToUndo: "没有可撤销的内容。",
  nothingToRedo: "没有可恢复的内容。",
  filesToo: (files) => `文件的改动也一并处理：${files}`,
  filesStay: "文件保持不变：opencode 只能在 git 仓库里还原文件。",
  nothingChanged: (what) => `“${what}”没有改动文件。`,
  changedBy: (what, files) => `“${what}”改动了 ${files} 个文件：`,
  pictureUnreadable: "有图片无法读取，只把路径给了智能体。",
  newSessionLine: "新会话",
  newSession: (directory) => `已在 ${directory} 新建会话。`,
  cwdIs: (directory) => `当前目录是 ${directory}。`,
  cwdChanged: (directory) => `已切换到 ${directory}，并新建会话。`,
  cwdTurnStays: (directory) => `正在运行的任务仍在 ${directory} 中进行，发送 /cancel 可停止。`,
  cwdQueueMoves: (n) => `排队的 ${n} 条消息将在新目录中执行。`,
  noPlace: {
    gone: (directory) => `目录 ${directory} 已不存在。请用 /cwd 切换到别的目录，然后发送 /retry。`,
    unreadable: (directory) =>
      `桥接程序已无权读取目录 ${directory}。请恢复权限，或用 /cwd 切换到别的目录，然后发送 /retry。`,
  },
  cwdMissing: (path) => `目录 ${path} 不存在。请用 /cwd 指定一个存在的目录。`,
  cwdOutside: (roots) => `目录必须位于以下目录之内：${roots}`,
  stateIsPrivate: "那里存放桥接程序自己的状态，不对外提供。",
  cwdBroad: (directory) => `${directory} 的范围远大于一个项目，智能体可以改动其中的所有内容。`,
  nothingRuns: "当前没有任务在运行。",
  cancelCameLate:
    "这条消息来晚了：正在运行的任务是在它之后发送的，会继续运行。要停止它，请再发送一次 /cancel。",
  cancelling: "正在停止当前任务。",
  cancelledAll: (n) => `已从队列移出 ${n} 条消息。`,

  ...statusZh,
  ...rulesZh,
  ...worktreesZh,
  ...schedulesZh,
};
