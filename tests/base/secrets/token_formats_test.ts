import { assert, assertEquals } from "@std/assert";
import { redact } from "../../../lib/base/secrets/redact.ts";
import { seeded } from "../../helpers.ts";

const SMALL = "abcdefghijklmnopqrstuvwxyz";
const HEX = "0123456789abcdef";
const ALNUM = `${SMALL}${SMALL.toUpperCase()}0123456789`;
const URL_SAFE = `${ALNUM}_-`;
const CAPITALS = SMALL.toUpperCase();
const DIGITS = "0123456789";
const LETTERS = SMALL + CAPITALS;

/** Tokens that are known by their form alone: `%` stands for a random part, of an alphabet and a length. */
const TOKENS: readonly (readonly [form: string, ...parts: (readonly [string, number])[]])[] = [
  ...["ghp_%", "gho_%", "ghs_%", "ghr_%", "ghu_%", "npm_%"].map((form) =>
    [form, [ALNUM, 36]] as const
  ),
  ["github_pat_%_%", [ALNUM, 22], [ALNUM, 59]],
  ["glpat-%", [URL_SAFE, 20]],
  ["glpat-%.%.%", [URL_SAFE, 27], [`${SMALL}${DIGITS}`, 2], [`${SMALL}${DIGITS}`, 9]],
  ["pypi-AgEIcHlwaS5vcmc%", [URL_SAFE, 150]],
  ["rubygems_%", [HEX, 48]],
  ["dckr_pat_%", [URL_SAFE, 27]],
  ["hf_%", [LETTERS, 34]],
  ["sk-%", [ALNUM, 48]],
  ["sk-%T3BlbkFJ%", [ALNUM, 20], [ALNUM, 20]],
  ["sk-%", [HEX, 32]],
  ["sk-sp-%", [HEX, 32]],
  ["sk-or-v1-%", [HEX, 64]],
  ["sk-proj-%T3BlbkFJ%", [URL_SAFE, 74], [URL_SAFE, 74]],
  ["sk-ant-api03-%AA", [URL_SAFE, 93]],
  ["gsk_%", [ALNUM, 52]],
  ["xai-%", [ALNUM, 80]],
  ["r8_%", [ALNUM, 37]],
  ["csk-%", [ALNUM, 48]],
  ["jina_%", [ALNUM, 60]],
  ["nvapi-%", [URL_SAFE, 64]],
  ["xoxb-%-%-%", [DIGITS, 12], [DIGITS, 13], [ALNUM, 24]],
  ["https://hooks.slack.com/services/T%/B%/%", [`${CAPITALS}${DIGITS}`, 10], [
    `${CAPITALS}${DIGITS}`,
    10,
  ], [ALNUM, 24]],
  ["https://open.feishu.cn/open-apis/bot/v2/hook/%-%-%-%-%", [HEX, 8], [HEX, 4], [HEX, 4], [
    HEX,
    4,
  ], [HEX, 12]],
  ["https://discord.com/api/webhooks/%/%", [DIGITS, 18], [URL_SAFE, 68]],
  ["%:AA%", [DIGITS, 10], [URL_SAFE, 33]],
  ["sk_live_%", [ALNUM, 24]],
  ["rk_live_%", [ALNUM, 24]],
  ["whsec_%", [ALNUM, 32]],
  ["sq0csp-%", [URL_SAFE, 43]],
  ["shippo_live_%", [HEX, 40]],
  ["SG.%.%", [URL_SAFE, 22], [URL_SAFE, 43]],
  ["dop_v1_%", [HEX, 64]],
  ["sntryu_%", [HEX, 64]],
  ["sbp_%", [HEX, 40]],
  ["shpat_%", [HEX, 32]],
  ["lin_api_%", [ALNUM, 40]],
  ["ntn_%", [ALNUM, 46]],
  ["glsa_%_%", [ALNUM, 32], [HEX, 8]],
  ["NRAK-%", [`${CAPITALS}${DIGITS}`, 27]],
  ["PMAK-%-%", [HEX, 24], [HEX, 34]],
  ["ATATT3xFfGF0%", [URL_SAFE, 180]],
  ["pscale_pw_%", [URL_SAFE, 43]],
  ["CFPAT-%", [URL_SAFE, 43]],
  ["dp.pt.%", [ALNUM, 43]],
  ["AGE-SECRET-KEY-1%", [`${CAPITALS}${DIGITS}`, 58]],
  ["AKIA%", [`${CAPITALS}234567`, 16]],
  ["AIza%", [URL_SAFE, 35]],
  ["ya29.%", [URL_SAFE, 160]],
  ["1//0g%", [URL_SAFE, 90]],
  ["GOCSPX-%", [URL_SAFE, 28]],
  ["LTAI5t%", [ALNUM, 18]],
  ["AKID%", [ALNUM, 32]],
  ["hvs.CAESI%", [ALNUM, 90]],
  ["t-%", [HEX, 40]],
  ["t-g1%", [HEX, 38]],
  ["t-g104%", [`${CAPITALS}${DIGITS}`, 35]],
];

Deno.test("a token that is known by its form is hidden whatever its characters are", () => {
  for (const [form, ...parts] of TOKENS) {
    const roll = seeded(form.length);
    for (let i = 0; i < 30; i++) {
      const tokens = Array.from({ length: 100 }, () => {
        const left = parts.map(([alphabet, length]) =>
          Array.from({ length }, () => alphabet[Math.floor(roll() * alphabet.length)]).join("")
        );
        return form.replaceAll("%", () => left.shift() ?? "");
      });
      const shown = redact(tokens.join("\n")).split("\n");
      assertEquals(shown.filter((line, i) => line === tokens[i]), [], form);
      // What stands before the random part tells what was hidden.
      assert(shown.every((line) => /\*\*\*$/.test(line)), `${form}: ${shown[0]}`);
    }
  }
});
