// Owns claims about what servers find of this program's environment: enough to run and to reach the network, and no key.

import { expect, test } from 'vitest';
import { inheritedVariables } from '../../src/mcp/inherited-environment.ts';

test('is what programs need to run, the network, certificates, the language and caches', () => {
  const passed = {
    ...{ PATH: '/bin', HOME: '/h', TMPDIR: '/t', LANG: 'de_DE.UTF-8', LC_ALL: 'C', XDG_CACHE_HOME: '/c', TZ: 'UTC' },
    ...{ HTTPS_PROXY: 'http://u:p@proxy:1', https_proxy: 'http://proxy:1', NO_PROXY: 'a', no_proxy: 'b' },
    ...{ SSL_CERT_FILE: '/a.pem', NODE_EXTRA_CA_CERTS: '/b.pem', REQUESTS_CA_BUNDLE: '/c.pem' },
    ...{ npm_config_cache: '/n', UV_CACHE_DIR: '/u', npm_config_registry: 'https://mirror.example/npm' },
  };
  const kept = {
    ...{ OPENAI_API_KEY: 'k', AWS_SECRET_ACCESS_KEY: 'k', NODE_OPTIONS: '--require x', LD_PRELOAD: '/x.so' },
    ...{ npm_config__authToken: 'k', UV_INDEX_URL: 'https://u:p@mirror.example/simple', PIP_INDEX_URL: 'mirror' },
    ...{ LANGUAGE: '() { :; }; echo', VLLM_API_KEY: 'k', UNSET: undefined },
  };
  expect(inheritedVariables({ ...passed, ...kept })).toEqual(passed);
});
