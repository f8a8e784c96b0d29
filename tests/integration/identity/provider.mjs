// A certified OpenID provider (npm `oidc-provider`) for the tests, on a port of its own choosing that it prints.
//
// Two resources: `urn:api:jwt` has JWT access tokens, `urn:api:opaque` opaque ones. A client's certificate, which a
// proxy in front would have verified, comes as base64 of its DER in `x-certificate`. POST /test/keys says which keys are
// published and which one signs; POST /test/hold holds introspections back until POST /test/release, and GET /test/held
// counts them. POST /test/clock sets the provider's clock ahead, and POST /test/fetched says how often its keys were fetched.

import { X509Certificate, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const entry = join(process.env.GARRISON_PEERS, 'node_modules/oidc-provider/lib/index.js');
const { default: Provider } = await import(pathToFileURL(entry));

const SCOPE = 'things:read things:write';
const known = new Map();
let held = null;
let current;
let ahead = 0;
let fetched = 0;

const { now } = Date;
Date.now = () => now() + ahead; // what the provider reads the time from

function key(name) {
  if (!known.has(name)) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    known.set(name, { ...privateKey.export({ format: 'jwk' }), kid: name, use: 'sig', alg: 'ES256' });
  }
  return known.get(name);
}

function client(id, more) {
  return {
    client_id: id,
    client_secret: `secret of ${id}`,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: 'ES256',
    ...more,
  };
}

function certificate(ctx) {
  const der = ctx.get('x-certificate');
  return der ? new X509Certificate(Buffer.from(der, 'base64')) : undefined;
}

function resource(sign) {
  return (ctx, indicator) => ({
    scope: SCOPE,
    audience: indicator,
    accessTokenTTL: 600,
    accessTokenFormat: indicator === 'urn:api:jwt' ? 'jwt' : 'opaque',
    jwt: { sign: { alg: 'ES256', kid: sign } },
  });
}

function provide(issuer, keys, sign) {
  const provider = new Provider(issuer, {
    jwks: { keys: keys.map(key) },
    cookies: { keys: ['of no use here'] },
    clients: [
      client('machine'),
      client('gateway'),
      client('bound', { tls_client_certificate_bound_access_tokens: true }),
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      mTLS: { enabled: true, certificateBoundAccessTokens: true, getCertificate: certificate },
      resourceIndicators: { enabled: true, getResourceServerInfo: resource(sign), useGrantedResource: () => true },
    },
  });
  current = provider.callback();
}

async function told(request) {
  let text = '';
  for await (const part of request) text += part;
  return JSON.parse(text);
}

const server = createServer(async (request, response) => {
  if (request.url === '/test/keys') {
    const { keys, sign } = await told(request);
    provide(issuer, keys, sign);
    response.end();
  } else if (request.url === '/test/clock') {
    ahead = (await told(request)).ahead * 1000;
    response.end();
  } else if (request.url === '/test/fetched') {
    response.end(JSON.stringify(fetched));
  } else if (request.url === '/test/hold') {
    held = [];
    response.end();
  } else if (request.url === '/test/held') {
    response.end(JSON.stringify(held.length));
  } else if (request.url === '/test/release') {
    for (const go of held ?? []) go();
    held = null;
    response.end();
  } else if (request.url === '/token/introspection' && held) {
    held.push(() => current(request, response));
  } else {
    if (request.url === '/jwks') fetched += 1;
    current(request, response);
  }
});
server.listen(Number(process.argv[2] || 0), '127.0.0.1');
await new Promise((resolve) => { server.once('listening', resolve); });
const issuer = `http://127.0.0.1:${server.address().port}`;
provide(issuer, ['one'], 'one');
console.log(`listening ${issuer}`);
