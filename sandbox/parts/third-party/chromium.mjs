import { findProgram, systemPart } from '../sources/system-part.mjs';

/** A browser of Chromium's family, for playwright-core's `executablePath`. As root it needs `--no-sandbox`. */
export const chromium = systemPart({
  title: 'Chromium',
  debianPackage: 'chromium',
  find: () =>
    findProgram(
      ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'Google Chrome'],
      ['/Applications/Google Chrome.app/Contents/MacOS'],
    ),
});
