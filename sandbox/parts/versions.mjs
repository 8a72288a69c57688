/** The one place that pins the real parts. A version is part of a cached part's path: raising it here fetches the new one. */
export const versions = Object.freeze({
  /** The Temporal CLI; it carries server 1.29.1 and Web UI 2.42.1. Later ones can't be built by `go install` (replace directives). */
  temporal: '1.5.1',
  'time-skipping-server': '1.38.0',
  'fake-gcs-server': '1.56.1',
  'github-description': '23.0.2',
  /** Exactly this one: npm's `latest` tag of `emulate` is an unrelated package. */
  emulate: '0.12.2',
  /** `emulate` wants Node 22 or later as a process of its own. */
  'node-for-emulate': '22.23.3',
  unleash: '8.2.0',
  'temporal-server': '1.32.1',
  'temporal-ui-server': '2.50.1',
  gsutil: '5.38',
  'gcloud-aio-storage': '9.6.5',
  /** Of google/go-containerregistry: a real container registry, and the client that fills it. */
  crane: '0.22.1',
  'compose-check': '2.16.2',
});
