/** What can go wrong with a shared KV, as in `REASONS_ZH`. */
export const KV_REASONS_ZH: readonly (readonly [english: string, chinese: string])[] = [
  ["the server's access token, without spaces", "服务器的访问令牌，不含空格"],
  [
    "DENO_KV_ACCESS_TOKEN is missing: set it to the access token of the server in BRIDGE_KV",
    "缺少 DENO_KV_ACCESS_TOKEN：请设为 BRIDGE_KV 服务器的访问令牌",
  ],
  ["BRIDGE_KV refuses DENO_KV_ACCESS_TOKEN: {}", "BRIDGE_KV 拒绝 DENO_KV_ACCESS_TOKEN：{}"],
  ["BRIDGE_KV is no server of Deno KV: it answers {}", "BRIDGE_KV 不是 Deno KV 服务器：返回 {}"],
  [
    "Say where: kv move --to URL, or kv move --from URL (the URL of a Deno KV server)",
    "请说明去向：kv move --to URL，或 kv move --from URL（URL 是 Deno KV 服务器的地址）",
  ],
  [
    "DENO_KV_ACCESS_TOKEN is missing: set it to the access token of the server",
    "缺少 DENO_KV_ACCESS_TOKEN：请设为服务器的访问令牌",
  ],
  ["There is no state in {}", "{} 中没有状态"],
  [
    "There is a state in {} already: --overwrite deletes it, and puts this one there",
    "{} 中已有状态：加 --overwrite 会删除它，换成这一份",
  ],
  [
    "{} holds only a part of a state, as kv move did not get to its end: run it again",
    "{} 中只有一部分状态，kv move 没有完成：请再运行一次",
  ],
  ["The bridge on {} uses {}: stop it first", "{0} 上的桥接程序正在使用 {1}：请先停止它"],
  [
    "Another bridge on the same KV is named {}: set BRIDGE_MACHINE to another name here",
    "同一 KV 上已有名为 {} 的桥接程序：请在这里把 BRIDGE_MACHINE 设为另一个名称",
  ],
];
