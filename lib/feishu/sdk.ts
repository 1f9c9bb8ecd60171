/**
 * What the program uses of Feishu's SDK. It is loaded when it is needed, and named here one by one, so that the
 * bundler leaves out the rest: three quarters of the SDK, and as much of the memory that it takes.
 */
export {
  defaultHttpInstance,
  EventDispatcher,
  LoggerLevel,
  registerApp,
  WSClient,
} from "@larksuiteoapi/node-sdk";
