/** The app (bot) that the twin knows. */
export interface TwinApp {
  readonly id: string;
  readonly secret: string;
  readonly name: string;
  readonly openId: string;
}
