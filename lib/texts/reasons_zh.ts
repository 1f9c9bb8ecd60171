import { BRIDGES_REASONS_ZH } from "./bridges_reasons_zh.ts";
import { CODE_MEANINGS_ZH } from "./code_meanings_zh.ts";
import { KV_REASONS_ZH } from "./kv_reasons_zh.ts";
import { opencodeEn } from "./opencode_en.ts";
import { opencodeZh } from "./opencode_zh.ts";
import { SPEECH_REASONS_ZH } from "./speech_reasons_zh.ts";
import { SYSTEM_REASONS_ZH } from "./system_reasons_zh.ts";
import { updateEn } from "./update_en.ts";
import { updateZh } from "./update_zh.ts";

/**
 * What can go wrong below the command line, in English, with `{}` for what varies, and in Chinese. The sentences
 * are made in English, because they go into the log, the record of the bridge and errors that are passed on;
 * `start` and `status` read them there. As with gettext, the English is the key.
 */
export const REASONS_ZH: readonly (readonly [english: string, chinese: string])[] = [
  // Settings.
  ["Warning: {}", "警告：{}"],
  ["Cannot write all of the output: {}", "输出没有写完：{}"],
  [
    "The agent waits for an answer. Run demo without --once, and answer on its page",
    "智能体在等待回答：请运行不带 --once 的 demo，并在它的页面上回答",
  ],
  ["The turn was not done", "任务没有完成"],
  [
    "{} names {}, which cannot be read: its certificates do not count",
    "{} 指定的 {} 无法读取：其中的证书不起作用",
  ],
  ["(hidden)", "（已隐藏）"],
  [
    "cli_ and letters and digits, as the app's page in the developer console shows it",
    " cli_ 加字母和数字，见开发者后台的应用页面",
  ],
  ["the app's secret, without spaces", "应用的 App Secret，不含空格"],
  ...KV_REASONS_ZH,
  ["BRIDGE_KV cannot be reached: {}", "BRIDGE_KV 无法连接：{}"],
  ["it does not answer", "没有响应"],
  ["it answers {}", "返回 {}"],
  ["an http or https URL without ? and #", "不含 ? 和 # 的 http 或 https 地址"],
  [
    "an amount of dollars like 5, a number of turns like 50 turns, or both: 5, 50 turns",
    "美元金额（如 5）、任务次数（如 50 turns），或两者：5, 50 turns",
  ],
  [
    "open_ids (ou_…) separated by commas, or the word pair, or * for everyone",
    "用逗号分隔的 open_id（ou_…）、pair，或表示所有人的 *",
  ],
  ["an existing directory", "已有的目录"],
  ["the endpoint's key, without spaces", "接口的密钥，不含空格"],
  ["a model's name", "模型名称"],
  ["up to 40 letters, digits, - and _", "最多 40 个字母、数字、- 和 _"],
  ["a command name or a path", "命令名或路径"],
  ["a directory of yours, or a path where one can be made", "你自己的目录，或可以新建目录的路径"],
  ["existing directories separated by commas", "用逗号分隔的已有目录"],
  ["a whole number of calls, 100 or more", "不小于 100 的整数"],
  ["a whole number from {} to {}", " {} 到 {} 的整数"],
  ["a number from {} to {}", " {} 到 {} 的数"],
  ["one of {}", " {} 之一"],
  [
    "There are no settings yet, FEISHU_APP_ID and FEISHU_APP_SECRET are missing: run {}, which makes the Feishu app (demo tries everything without one)",
    "还没有设置，缺少 FEISHU_APP_ID 和 FEISHU_APP_SECRET：请运行 {} 创建飞书应用（demo 不需要应用）",
  ],
  ...BRIDGES_REASONS_ZH,
  ["Cannot read the env file {}: {}", "无法读取 env 文件 {}：{}"],
  [
    "Cannot write the env file {}: {}. Name another with --env-file, or set BRIDGE_STATE_DIR",
    "无法写入 env 文件 {}：{}。请用 --env-file 指定另一个文件，或设置 BRIDGE_STATE_DIR",
  ],
  ["it belongs to the system", "它属于系统"],
  [
    "{}: refused from {}, which lies inside the agent's directory and may have come with the project. " +
    "Move them to {} or the environment, or say --env-file {}",
    "{}：不能来自 {}，因为它在智能体的目录里，可能是随项目来的。请移到 {} 或环境变量中，或指定 --env-file {}",
  ],
  [
    "FEISHU_ALLOWED_USERS is not set, and {}, which names the app, lies inside the agent's directory " +
    "and may have come with the project. Set it, or say --env-file {}",
    "没有设置 FEISHU_ALLOWED_USERS，而指定应用的 {} 在智能体的目录里，可能是随项目来的。" +
    "请设置它，或指定 --env-file {}",
  ],
  [
    "{} names an app, and lies inside the agent's directory, where most settings are refused. Remove " +
    "FEISHU_APP_ID from it, or say --env-file {}",
    "{} 指定了应用，但在智能体的目录里，那里的大多数设置不会被采用。请从中删除 FEISHU_APP_ID，" +
    "或指定 --env-file {}",
  ],
  [
    "{} is {}: it must not lie inside the state directory, which is private",
    "{} 的值是 {}：不能在状态目录里，状态目录是私有的",
  ],
  [
    "{} is {}: it must lie below one of the directories of BRIDGE_ROOTS",
    "{} 的值是 {}：必须在 BRIDGE_ROOTS 的某个目录之下",
  ],
  [
    "HOME is not set: set it, or {} to a directory of yours",
    "没有设置 HOME：请设置它，或把 {} 设为你自己的目录",
  ],
  [
    "Cannot set {} in the env file: a line before it has a quote without an end",
    "无法在 env 文件中设置 {}：它前面有一行的引号没有结束",
  ],

  // The state directory.
  [
    "Another bridge already uses {}: stop it first, or set BRIDGE_STATE_DIR",
    "{} 已被另一个桥接程序使用：请先停止它，或设置 BRIDGE_STATE_DIR",
  ],
  [
    "{} holds other files, and would be closed to other users: set BRIDGE_STATE_DIR to a directory for the bridge alone",
    "{} 中有其他文件，而状态目录不能让其他用户访问：请把 BRIDGE_STATE_DIR 设为桥接程序专用的目录",
  ],
  [
    "Cannot write to the state directory {}: {}. Set BRIDGE_STATE_DIR to a directory of yours",
    "无法写入状态目录 {}：{}。请把 BRIDGE_STATE_DIR 设为你自己的目录",
  ],
  [
    "The disk is full ({} MB free in {}): free up space, and try again",
    "磁盘已满（{1} 剩余 {0} MB）：请清理后重试",
  ],
  [
    "BRIDGE_KV holds the state of a newer version of this program (store version {}, this one knows {}): " +
    "update this program",
    "BRIDGE_KV 中的状态来自本程序的更新版本（存储版本 {}，此版本只认识 {}）：请更新本程序",
  ],
  [
    "{} was written by a newer version of this program (store version {}, this one knows {}): update " +
    "this program, or set BRIDGE_STATE_DIR to another directory",
    "{} 由本程序的更新版本写入（存储版本 {}，此版本只认识 {}）：请更新本程序，或把 BRIDGE_STATE_DIR 设为其他目录",
  ],

  // Feishu.
  ["cannot {}: {}; trying again", "无法{}：{}；正在重试"],
  ["get a Feishu token", "取得飞书的访问凭证"],
  ["Feishu connection lost: {}; trying again in {}", "飞书连接已断开：{}；{} 后重试"],
  ["{} ({}: {}, log id {})", "{}（{}：{}，log id {}）"],
  [
    "Feishu refuses FEISHU_APP_ID {} with this FEISHU_APP_SECRET (code {}): copy both again from the " +
    `app's page "Credentials & Basic Info" on {}, and see that the app is enabled`,
    "飞书不接受 FEISHU_APP_ID {} 与这个 FEISHU_APP_SECRET（代码 {}）：请从 {} 上应用的“凭证与基础信息”页面" +
    "重新复制两者，并确认应用已启用",
  ],
  [
    "FEISHU_APP_ID {} cannot connect to {} ({}): set FEISHU_DOMAIN to https://open.larksuite.com for an " +
    "app made there (Lark), or to https://open.feishu.cn (Feishu)",
    "FEISHU_APP_ID {} 无法连接 {}（{}）：如果应用是在 Lark 创建的，请把 FEISHU_DOMAIN 设为 " +
    "https://open.larksuite.com，否则设为 https://open.feishu.cn（飞书）",
  ],
  ["Cannot reach Feishu: {}", "无法连接飞书：{}"],
  ["Feishu refused: {}", "飞书拒绝了：{}"],
  ["Feishu answered HTTP {} without JSON ({})", "飞书的应答是没有 JSON 的 HTTP {}（{}）"],
  ["Feishu answered HTTP {} without a code ({})", "飞书的应答是没有代码的 HTTP {}（{}）"],
  ["Feishu returned no {} ({})", "飞书没有返回 {}（{}）"],
  [
    "Feishu's calls of this month are used up until {} ({})",
    "本月的飞书 API 调用已用完，直到 {}（{}）",
  ],
  ["no answer in time", "没有及时应答"],
  ["no connection in time", "没有及时连上"],
  ["the machine was asleep", "电脑刚才在睡眠"],
  ["the connection was closed", "连接已关闭"],
  [
    "the WebSocket to {} does not open: a proxy or firewall on the way may not let it through",
    "与 {} 的 WebSocket 连接无法建立：途中的代理或防火墙可能不放行",
  ],
  ...Object.entries(CODE_MEANINGS_ZH).flatMap(([english, chinese]) =>
    [
      [english, chinese],
      [`${english} ({}: {})`, `${chinese}（{}：{}）`],
      [`${english}: {}`, `${chinese}：{}`],
    ] as const
  ),

  // The network.
  [
    "the certificate of {} is from an issuer that this machine does not know (UnknownIssuer): if your " +
    "network has a certificate of its own, set NODE_EXTRA_CA_CERTS to a file with it",
    "{} 的证书由这台电脑不认识的机构签发（UnknownIssuer）：如果你的网络使用自己的证书，" +
    "请把 NODE_EXTRA_CA_CERTS 设为该证书文件",
  ],
  ["the proxy {} cannot be reached: {}", "无法连接代理 {}：{}"],
  ["the proxy {} opens no way out", "代理 {} 不放行这个连接"],
  ["the proxy {} opens no way out (HTTP {})", "代理 {} 不放行这个连接（HTTP {}）"],
  [
    "the proxy {} wants a user name and a password: put both before its host in HTTPS_PROXY, with : and @ (HTTP {})",
    "代理 {} 需要用户名和密码：请写在 HTTPS_PROXY 中主机之前，用 : 和 @ 分隔（HTTP {}）",
  ],
  [
    "the proxy {} does not take the password: put both before its host in HTTPS_PROXY, with : and @ (HTTP {})",
    "代理 {} 不接受这个密码：请在 HTTPS_PROXY 中主机之前写对用户名和密码，用 : 和 @ 分隔（HTTP {}）",
  ],

  ...SPEECH_REASONS_ZH,

  // opencode.
  ["cannot be reached (HTTP {})", "无法连接（HTTP {}）"],
  ["cannot be reached", "无法连接"],
  ["did not answer in time", "没有及时应答"],
  ["opencode answered with HTTP {} ({}: {})", "opencode 的应答是 HTTP {}（{}：{}）"],
  ["opencode does not accept our password ({}: {})", "opencode 不接受我们的密码（{}：{}）"],
  ["opencode's configuration {} is broken: {} ({}: {})", "opencode 的配置 {} 有错误：{}（{}：{}）"],
  ...(Object.keys(opencodeEn) as (keyof typeof opencodeEn)[]).map((key) =>
    [numbered(opencodeEn[key]), numbered(opencodeZh[key])] as const
  ),
  ...(Object.keys(updateEn) as (keyof typeof updateEn)[]).map((key) =>
    [numbered(updateEn[key]), numbered(updateZh[key])] as const
  ),
  [opencodeEn.serviceAway("", "{0}"), opencodeZh.serviceAway("", "{0}")],
  ["it said nothing", "它什么也没有输出"],
  [
    "opencode config {} contains 'ask' permission rules: {}; what they guard is asked about in the chat",
    "opencode 配置 {} 含有 ask 权限规则：{}；它们管的操作会在聊天中询问",
  ],

  // Any of these fits more than it should, so they come last.
  ["{} is missing: set it to {}", "缺少 {}：请设为{}"],
  ["{} is {}: it must be {}", "{} 的值是 {}：必须是{}"],
  ["{} must be {}", "{} 必须是{}"],
  ["opencode {}", "opencode {}"],
  // Last, as it is a part of others.
  ["{}, or the word {}", "{}，或 {}"],
];

/** A longer line is none of ours, and would take long to compare. */
const MAX_CHARS = 1_000;

interface Sentence {
  readonly pattern: RegExp;
  readonly chinese: string;
}

/** Made when the first reason is told: most runs of the program tell none. */
let sentences: readonly Sentence[] | undefined;

function allSentences(): readonly Sentence[] {
  return sentences ??= [...REASONS_ZH, ...SYSTEM_REASONS_ZH]
    .map(([english, chinese]) => ({ pattern: patternOf(english), chinese }));
}

/** A sentence with `{0}`, `{1}` and so on for what varies. */
function numbered(text: string | ((...args: never[]) => string)): string {
  if (typeof text === "string") return text;
  return text(...Array.from({ length: text.length }, (_, i) => `{${i}}`) as never[]);
}

/** What a sentence of the table can be. What varies is a group, or the same as before. */
function patternOf(english: string): RegExp {
  let groups = 0;
  const parts = english.split(/(\{\d?\})/).map((part) => {
    const [, number] = /^\{(\d?)\}$/.exec(part) ?? [];
    if (number === undefined) return RegExp.escape(part);
    if (number !== "" && Number(number) < groups) return `\\${Number(number) + 1}`;
    groups++;
    return "([^]+?)";
  });
  return new RegExp(`^${parts.join("")}$`);
}

/**
 * What went wrong, in Chinese, as far as it is known. Each line counts for itself; what others said, such as
 * Feishu or the system, stays as it is.
 */
export function reasonZh(text: string): string {
  return text.split("\n").map(lineZh).join("\n");
}

function lineZh(line: string): string {
  if (line.length > MAX_CHARS) return line;
  for (const { pattern, chinese } of allSentences()) {
    const [whole, ...parts] = pattern.exec(line) ?? [];
    if (whole === undefined) continue;
    let next = 0;
    return chinese.replace(
      /\{(\d?)\}/g,
      (_, at) => lineZh(parts[at === "" ? next++ : Number(at)] ?? ""),
    );
  }
  return line;
}
