"""python3 schema-fetch.py <way> <endpoint> <bucket> <prefix> <requests at once>: as schema-fetch.ts does."""

import asyncio, json, os, resource, shutil, subprocess, sys, tempfile, time

way, endpoint, bucket, prefix, at_once = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5])


async def gcloud_aio():
    import aiohttp
    from gcloud.aio.storage import Storage

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        storage = Storage(session=session, api_root=endpoint)
        names, token = [], ''
        while True:
            page = await storage.list_objects(bucket, params={'prefix': prefix, 'pageToken': token})
            names += [item['name'] for item in page.get('items', [])]
            token = page.get('nextPageToken', '')
            if not token:
                break
        turn = asyncio.Semaphore(at_once)

        async def fetch(name):
            async with turn:
                return len(await storage.download(bucket, name))

        begun = time.perf_counter()
        sizes = await asyncio.gather(*(fetch(name) for name in names))
        return len(names), sum(sizes), time.perf_counter() - begun


def gsutil():
    host, port = endpoint.removeprefix('https://').split(':')
    folder = tempfile.mkdtemp(prefix='slipway-bench-')
    options = ['Boto:https_validate_certificates=False', f'Credentials:gs_json_host={host}', f'Credentials:gs_json_port={port}',
               'GSUtil:prefer_api=json', 'GSUtil:check_hashes=if_fast_else_skip', f'GSUtil:state_dir={folder}/state']
    command = [sys.executable, '-m', 'gslib', *(part for option in options for part in ('-o', option)), '-q', '-m', 'cp', f'gs://{bucket}/{prefix}*', f'{folder}/']
    begun = time.perf_counter()
    try:
        subprocess.run(command, check=True, env={**os.environ, 'BOTO_CONFIG': '/dev/null'}, stdin=subprocess.DEVNULL)
        took = time.perf_counter() - begun
        files = [entry for entry in os.scandir(folder) if entry.is_file()]
        return len(files), sum(entry.stat().st_size for entry in files), took
    finally:
        shutil.rmtree(folder)


files, size, seconds = gsutil() if way == 'gsutil -m cp' else asyncio.run(gcloud_aio())
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
cpu = sum(one.ru_utime + one.ru_stime for one in used)
# The kernel's other figure, that of getrusage, begins with what the process that started this one had: for gsutil that is this one.
own = next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM'))
peak = used[1].ru_maxrss if way == 'gsutil -m cp' else own
print(json.dumps({'files': files, 'bytes': size, 'ms': seconds * 1000, 'cpuMs': cpu * 1000, 'peakMb': peak / 1024}))
