/** As milliseconds this is a time of 1973, when there were no messages; as seconds it is one of 5138. */
const MOST_SECONDS = 1e11;

/**
 * The time of a message in milliseconds since 1970, as Feishu's pages have it; a proxy or a stand-in may say it in
 * seconds. `NaN` if there is none.
 */
export function messageTime(said: unknown): number {
  const time = Number(said || NaN);
  return time < MOST_SECONDS ? time * 1000 : time;
}
