import { architecture, fetchJson, unpack } from '../sources/download.mjs';

/**
 * Temporal's own download service, as its SDKs use it.
 *
 * @param {{ artifact: 'cli' | 'temporal-test-server', version: string, folder: string }} download
 * @returns {Promise<string>} the program's path inside the archive, relative to `folder`
 */
export async function downloadTemporal({ artifact, version, folder }) {
  const query = new URLSearchParams({ arch: architecture(), platform: process.platform, format: 'tar.gz' });
  const info = await fetchJson(`https://temporal.download/${artifact}/v${version}?${query}`);
  const { archiveUrl, fileToExtract } = /** @type {{ archiveUrl: string, fileToExtract: string }} */ (info);
  await unpack(archiveUrl, folder);
  return fileToExtract;
}
