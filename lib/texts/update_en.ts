/** The sentences about new versions of this program. */
export type UpdateTexts = typeof updateEn;

/** The sentences about new versions of this program, in English: on the terminal, in errors and in the log. */
export const updateEn = {
  updatesOff: "New versions are not looked for: BRIDGE_UPDATES is off",
  updateNowhere:
    "This program does not know where its releases are: install a new version by hand, or set BRIDGE_UPDATES",
  updateFromSource: (dir: string) =>
    `This runs from source: run git pull in ${dir}, and start it again`,
  updateByNpm: (name: string) => `npm has installed this: run npm install --global ${name}@latest`,
  updateByBrew: (name: string) => `Homebrew has installed this: run brew upgrade ${name}`,
  updateBySystem: (file: string) =>
    `${file} belongs to the system: update it the way it was installed`,
  updateNotWritable: (dir: string, why: string) =>
    `Cannot write to ${dir} (${why}): run update as the user who installed this program`,
  updateTwice: "Another update is under way: wait for it",
  releasesAway: (host: string, why: string) => `Cannot reach ${host} (${why}): try again later`,
  releasesRefuse: (host: string, code: number) => `${host} answers HTTP ${code}: try again later`,
  releasesBusy: (host: string, when: string) =>
    `${host} takes no more requests from this network for now: try again after ${when}`,
  noRelease: (host: string) => `There is no release at ${host} yet`,
  notReleases: (host: string) =>
    `What ${host} answers is no release: perhaps this network wants you to sign in`,
  noAsset: (version: string, file: string) =>
    `Version ${version} has no ${file}: there is none for this machine`,
  updateInsecure: (url: string) => `${url} is not https: nothing was downloaded`,
  updateCut: (file: string, got: number, of: number) =>
    `${file} broke off after ${got} of ${of} bytes: nothing was changed, try again`,
  updateTooLarge: (file: string) => `${file} is larger than any release: nothing was changed`,
  noSum: (file: string) => `SHA256SUMS does not name ${file}: nothing was changed`,
  wrongSum: (file: string, found: string, wanted: string) =>
    `${file} is not what was released: its sha256 is ${found}, not ${wanted}. Nothing was changed`,
  wrongAttestation: (file: string, why: string) =>
    `gh cannot confirm where ${file} comes from (${why}): nothing was changed`,
  unpackFailed: (file: string, why: string) =>
    `Cannot unpack ${file} (${why}): nothing was changed`,
  newDoesNotRun: (version: string, why: string) =>
    `Version ${version} does not run on this machine (${why}): nothing was changed`,
  saysNothing: "it says nothing",
  updateFailed: (why: string) => `The update failed (${why}): nothing was changed`,
  updateNewest: (version: string) => `${version} is the newest version`,
  updateOlder: (version: string, newest: string) =>
    `${version} is newer than the newest release, ${newest}: nothing to do`,
  updateThere: (version: string, own: string) => `version ${version} is available; this is ${own}`,
  updateUnknown: (own: string, why: string) => `${own}; whether there is a newer one: ${why}`,
  updating: (version: string, size: string) => `downloading version ${version} (${size})`,
  sumRight: "its sha256 is that of the release",
  attested: "gh confirms that the release workflow has made it",
  notAttested: (why: string) => `gh was not asked where it comes from: ${why}`,
  noGh: "it is not installed",
  ghSignIn: "it is not signed in",
  ghOld: "it is too old for that",
  updateInstalled: (version: string, file: string) => `installed version ${version}: ${file}`,
  updateNoBridge: "no bridge runs: the next start is the new version",
  updateRestarting: (pid: number) => `restarting the bridge (pid ${pid})…`,
  updateByHand: (pid: number) =>
    `The bridge (pid ${pid}) goes on with the old version until you start it again`,
  updateByHandService: (command: string) =>
    `The bridge goes on with the old version until you run: ${command}`,
  updateDone: (version: string, pid: number) => `bridge ready with version ${version} (pid ${pid})`,
  updateBack: (version: string, why: string, own: string) =>
    `Version ${version} did not get ready (${why}): ${own} is back, and runs`,
  updateBackDown: (version: string, own: string) =>
    `Version ${version} did not get ready: ${own} is back, but does not get ready either. See logs`,
  updateOther: (version: string) =>
    `Version ${version} has come out meanwhile: see what is new in it, and confirm again`,
  updateLogged: "it took too long, see logs",
};
