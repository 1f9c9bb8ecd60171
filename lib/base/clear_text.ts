/** Whether what is sent to a URL can be read on the way there: without TLS, to another machine. */
export function isClearText(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
