/** What people write when they want the agent to stop, in one language. */
interface StopWords {
  readonly stop: readonly string[];
  /** Words for everything that waits, too. */
  readonly all: readonly string[];
  /** Words that change nothing. */
  readonly rest: readonly string[];
}

const STOP_WORDS: readonly StopWords[] = [
  {
    stop: ["cancel", "stop"],
    all: ["all", "everything"],
    rest: ["it", "this", "that", "the", "now", "please", "pls", "thanks", "task", "job", "just"],
  },
  {
    stop: ["取消", "停止", "停下", "停", "中止", "终止", "終止"],
    all: ["全部", "所有", "全都"],
    rest: [
      ...["一下", "下", "来", "來", "掉", "吧", "了", "啊", "呀", "啦", "请", "請", "先", "快"],
      ...["马上", "馬上", "立刻", "立即", "现在", "現在", "赶紧", "趕緊", "谢谢", "謝謝"],
      ...["任务", "任務", "当前", "當前", "的"],
    ],
  },
];

const words = (kind: keyof StopWords) => STOP_WORDS.flatMap((language) => language[kind]).join("|");
const PHRASE = new RegExp(`^(?:${words("stop")}|${words("all")}|${words("rest")}|\\s)+$`);
const STOP = new RegExp(words("stop"));
const ALL = new RegExp(words("all"));
/** The longest text that is only such words, in characters. */
const LONGEST = 40;

/**
 * What a text says that is nothing but words for stopping, politeness and signs: to stop the turn that runs,
 * or all of them. `undefined` for any other text.
 */
export function stopPhrase(text: string): "running" | "all" | undefined {
  if (text.length > LONGEST) return undefined;
  const plain = text.normalize("NFKC").toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, " ");
  if (!PHRASE.test(plain) || !STOP.test(plain)) return undefined;
  return ALL.test(plain) ? "all" : "running";
}
