/** A generation of opencode's API: that of the versions 1.x, or that of 2.x. */
export type Generation = 1 | 2;

/** What a server is, in its own words. */
export interface ServerVersion {
  readonly generation: Generation;
  /** As the server says it, for example `1.18.33`; builds of developers have other forms. */
  readonly version: string;
}

/** A version with its generation, for logs and people. */
export function describeVersion({ generation, version }: ServerVersion): string {
  return `${version}, V${generation}`;
}
