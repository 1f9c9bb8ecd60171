/** What people write in Chinese for a command. */
export interface ChineseWords {
  readonly words: readonly string[];
  /** What stands for the words that the command takes as its argument. */
  readonly takes?: Readonly<Record<string, string>>;
  /** What stands for the words behind those. */
  readonly behind?: Readonly<Record<string, string>>;
  /** How a text begins that goes on without a blank, whatever follows. */
  readonly begins?: RegExp;
}

/** The Chinese words for commands, by the commands' names. */
export const CHINESE_WORDS: Readonly<Record<string, ChineseWords>> = {
  help: { words: ["帮助", "幫助"] },
  new: { words: ["新建", "新会话", "新會話"] },
  sessions: { words: ["会话", "會話", "会话列表"] },
  resume: { words: ["恢复", "恢復"] },
  compact: { words: ["压缩", "壓縮"] },
  cwd: { words: ["目录", "目錄"] },
  get: { words: ["下载", "下載"] },
  cancel: {
    words: ["取消", "停止", "停下", "停", "中止", "终止", "終止"],
    takes: { 全部: "all", 所有: "all" },
  },
  queue: { words: ["队列", "隊列"], takes: { 立即: "now", 移除: "remove", 删除: "remove" } },
  continue: { words: ["继续", "繼續"] },
  retry: { words: ["重试", "重試"] },
  status: { words: ["状态", "狀態"] },
  model: { words: ["模型"] },
  agent: { words: ["智能体", "智能體"] },
  effort: { words: ["思考强度", "思考強度"] },
  rename: { words: ["改名", "重命名"] },
  fork: { words: ["分叉", "副本"] },
  export: { words: ["导出", "導出"] },
  share: { words: ["公开", "公開"] },
  unshare: { words: ["撤回公开", "撤回公開"] },
  worktree: {
    words: ["工作树", "工作樹"],
    takes: { 列表: "list", 移除: "remove", 删除: "remove", 刪除: "remove" },
  },
  merge: { words: ["合并", "合併"], takes: { 解决: "resolve", 解決: "resolve" } },
  here: { words: ["终端", "終端"] },
  lang: {
    words: ["语言", "語言"],
    takes: {
      ...{ 中文: "zh", 汉语: "zh", 漢語: "zh", 英文: "en", 英语: "en", 英語: "en" },
      ...{ 自动: "auto", 自動: "auto", 默认: "auto", 預設: "auto" },
    },
  },
  undo: { words: ["撤销", "撤銷"] },
  redo: { words: ["重做"] },
  rewind: { words: ["回退", "回到"] },
  diff: { words: ["改动", "改動"] },
  notify: {
    words: ["提醒", "通知"],
    takes: {
      ...{ 总是: "always", 總是: "always", 每次: "always", 失败: "failed", 失敗: "failed" },
      ...{ 从不: "never", 從不: "never", 关闭: "never", 關閉: "never", 关: "never" },
      ...{ 默认: "default", 預設: "default", 一次: "once", 这次: "once", 這次: "once" },
      ...{ 加急: "buzz" },
    },
  },
  render: {
    words: ["样式", "樣式"],
    takes: {
      ...{ 卡片: "card", 富文本: "post", 文本: "text", 纯文本: "text", 純文本: "text" },
      ...{ 默认: "default", 預設: "default" },
    },
  },
  think: {
    words: ["思考过程", "思考過程"],
    takes: { 显示: "on", 顯示: "on", 开: "on", 隐藏: "off", 隱藏: "off", 关: "off" },
  },
  group: {
    words: ["群聊", "群组", "群組"],
    takes: {
      ...{
        上下文: "context",
        提及: "mention",
        话题: "topic",
        話題: "topic",
        全部: "all",
        所有: "all",
      },
      ...{ 默认: "default", 預設: "default" },
      ...{ 回复: "reply", 回覆: "reply" },
    },
    behind: {
      ...{ 话题: "topic", 話題: "topic", 群里: "inline", 群裡: "inline", 默认: "default" },
      ...{ 預設: "default", 开: "on", 开启: "on", 開啟: "on", 关: "off", 关闭: "off", 關閉: "off" },
    },
  },
  settings: { words: ["设置", "設置", "設定"] },
  rules: { words: ["规则", "規則"], takes: { 移除: "remove", 撤回: "remove", 删除: "remove" } },
  auto: { words: ["自动放行", "自動放行"], takes: { 关: "off", 关闭: "off", 關閉: "off" } },
  budget: {
    words: ["预算", "預算"],
    takes: { 关: "off", 关闭: "off", 關閉: "off", 取消: "off" },
  },
  cost: { words: ["费用", "費用", "花费", "用量"], takes: { 全部: "all", 所有: "all" } },
  every: {
    words: [],
    begins: /^每(?=[天日晚早周週星礼禮月个個隔半\d一二两兩三四五六七八九十工小分])/,
  },
  at: { words: [] },
  schedule: {
    words: ["定时", "定時", "定时任务", "定時任務"],
    takes: {
      ...{ 暂停: "pause", 暫停: "pause", 恢复: "resume", 恢復: "resume", 继续: "resume" },
      ...{ 繼續: "resume", 删除: "remove", 刪除: "remove", 移除: "remove", 取消: "remove" },
      ...{ 立即: "run", 执行: "run", 執行: "run", 运行: "run", 運行: "run" },
    },
    begins: /^定[时時](?=[\d一二两兩三四五六七八九十明后後今每下周週星工早中晚半])/,
  },
  machines: { words: ["电脑", "電腦", "机器", "機器"] },
  on: { words: ["换到", "換到"] },
  users: { words: ["用户", "用戶"], takes: { 移除: "remove", 删除: "remove", 刪除: "remove" } },
  update: { words: ["更新", "升级", "升級"] },
};
