/** What can be chosen. The settings hold a key, as those of the real server do: it must not get anywhere. */
export const API_KEY = "sk-stand-in-0123456789abcdef";

const settings = { baseURL: "http://127.0.0.1:9/v1", apiKey: API_KEY };
const limit = { context: 200_000, output: 8_192 };
const common = { providerID: "fake", package: "aisdk:@ai-sdk/openai-compatible", settings, limit };
const rest = { time: { released: 0 }, cost: [], status: "active", enabled: true };

/** The models of `GET /api/model`. */
export const MODELS = [
  {
    ...common,
    ...rest,
    id: "m1",
    modelID: "m1",
    name: "M1",
    capabilities: { tools: true, input: ["text", "image"], output: ["text"] },
    variants: [{ id: "low", settings: {} }, { id: "high", settings: {} }],
    cost: [{ input: 3, output: 15, cache: { read: 0.3, write: 3.75 } }],
  },
  {
    ...common,
    ...rest,
    id: "m2",
    modelID: "m2",
    name: "M2",
    capabilities: { tools: true, input: [], output: [] },
    variants: [],
  },
];

/** The providers of `GET /api/provider`. */
export const PROVIDERS = [
  { id: "fake", name: "Fake", package: "aisdk:@ai-sdk/openai-compatible", settings },
];

const asks = [
  { action: "*", resource: "*", effect: "allow" },
  { action: "external_directory", resource: "*", effect: "ask" },
  { action: "shell", resource: "touch *", effect: "ask" },
];

/** The agents of `GET /api/agent`. */
export const AGENTS = [
  { id: "build", name: "Build", mode: "primary", hidden: false, permissions: asks },
  { id: "plan", name: "Plan", mode: "primary", hidden: false, permissions: asks },
  { id: "general", name: "General", mode: "subagent", hidden: false, permissions: asks },
  { id: "title", name: "Title", mode: "primary", hidden: true, permissions: [] },
];

/** The commands of `GET /api/command`. */
export const COMMANDS = [
  {
    name: "init",
    description: "guided AGENTS.md setup",
    template: "Create or update `AGENTS.md`. $ARGUMENTS",
  },
  {
    name: "review",
    description: "review changes",
    template: "Review what has changed. $ARGUMENTS",
  },
];
