/**
 * What the program uses of Feishu's SDK. It is loaded when an app is made, and named here one by one, so that the
 * bundler leaves out the rest.
 */
export { defaultHttpInstance, registerApp } from "@larksuiteoapi/node-sdk";
