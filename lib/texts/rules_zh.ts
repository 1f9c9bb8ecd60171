import { durationZh as duration } from "./duration_zh.ts";
import type { RulesTexts } from "./rules_en.ts";

/** The sentences about what is allowed without asking, in Chinese. */
export const rulesZh: RulesTexts = {
  noRules: (directory) => `据桥接程序所知，${directory} 里没有人用“始终允许”允许过什么。`,
  rulesIn: (directory) => `因“始终允许”，${directory} 里以下操作不再询问：`,
  ruleLine: (rule, ms, by) =>
    [
      rule,
      ms !== undefined && `已 ${duration(ms)}`,
      by !== undefined && `由${by === "" ? "你" : ` \`${by}\` `}允许`,
    ].filter((part) => part).join("，"),
  rulesListed: "opencode 为整个项目保存这些规则，重启后仍然有效。",
  rulesInMemory: "opencode 1 把这些规则保存在内存里，对整个目录有效，直到它重启。",
  rulesUnsure:
    "opencode 1 把这些规则保存在内存里，直到它重启。它由别人运行，所以有些规则可能已经失效。",
  howToRemoveRule: (isListed) =>
    isListed
      ? "发送 `/rules remove` 加编号可撤回其中一条。opencode 不提供使用次数。"
      : "发送 `/rules remove` 加编号可撤回，此目录的其他规则也会一并撤回。opencode 不提供使用次数。",
  pickRule: (isListed) => isListed ? "撤回…" : "全部撤回…",
  noSuchRule: (name) => `没有规则 ${name}。发送 /rules 查看列表。`,
  rulesBusy:
    "此目录里有任务在运行，opencode 1 只有在空闲时才能撤回规则，所以没有撤回。请等它结束，或发送 /cancel 后再试。",
  rulesRemoved: (n) =>
    `已撤回：opencode 1 已忘记此目录的${n === 1 ? "这条规则" : `全部 ${n} 条规则`}，会重新询问。`,
  ruleRemoved: (rule) => `已撤回：${rule}。opencode 会重新询问。`,
  ruleStays: (rule) => `opencode 仍保留着 ${rule}。发送 /rules 再试一次。`,
  autoOn: (ms, until, by) =>
    `接下来 ${duration(ms)}（到桥接程序所在电脑的 ${until}），在${
      by === "" ? "你" : ` \`${by}\` `
    }发起的任务中，智能体可以直接读取和修改此目录里的普通文件，其他操作仍会询问。发送 \`/auto off\` 可结束。`,
  autoOff: "`/auto` 没有开启：opencode 按自己的规则询问。",
  howToAuto:
    "发送 `/auto 30m` 可在一段时间内（最长 `8h`）放行对此目录中普通文件的读取和修改；命令、指向目录外的链接、`.env` 和 " +
    "`.git` 等隐藏文件，以及智能体的配置，始终会询问。",
  autoTooLong: "请写一个不超过 8 小时的时间，例如 `/auto 30m` 或 `/auto 2h`。",
  autoBroad: (directory) => `${directory} 远不止一个项目。请先用 /cwd 进入一个项目，再发送 /auto。`,
  autoElsewhere:
    "桥接程序使用的 opencode 由别人运行，可能在另一台电脑上，无法确定请求涉及哪些文件，所以全部会询问。",
  autoAllowed: (n, last) =>
    n === 1 ? `由 /auto 放行：${last}` : `由 /auto 放行 ${n} 次，最近：${last}`,
  autoOver: "`/auto` 的时间到了：opencode 会重新询问。发送 `/auto 30m` 可继续。",
};
