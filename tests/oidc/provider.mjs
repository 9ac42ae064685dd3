// A certified OpenID provider (npm oidc-provider) that answers at Entra ID's addresses with Entra's claims.
//
//     node provider.mjs < config.json
//
// serving.py writes the configuration, one line of JSON, and says what each field means. The addresses are told
// on standard output once they answer; the end of standard input ends the provider.

import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { createInterface } from 'node:readline'

import { Provider, errors, interactionPolicy } from 'oidc-provider'

const HOUR = 3600
const FORM_LIMIT = 10_000
const CLAIMS = ['tid', 'oid', 'ver', 'roles', 'groups', 'name', 'preferred_username', 'email']

const lines = createInterface({ input: process.stdin })
const { value: given } = await lines[Symbol.asyncIterator]().next()
const config = JSON.parse(given)
lines.on('close', () => process.exit(0))
process.stdin.resume()

const { tenant, api } = config
const prefix = `api://${api}/`
const server = createServer({ key: readFileSync(config.key), cert: readFileSync(config.certificate) })
await new Promise((listening) => server.listen(config.port, '127.0.0.1', listening))
const base = `https://localhost:${server.address().port}`
const issuer = `${base}/${tenant}/v2.0`

// As in Entra, who reads `sub` where `oid` is meant finds nobody.
const subject = (oid) => createHash('sha256').update(`subject of ${oid}`).digest('base64url')
const accounts = new Map(config.accounts.map((account) => [subject(account.oid), account]))
const applications = new Map(config.clients.map((client) => [client.client_id, client]))

// Entra leaves out a list that is empty.
const filled = (claims) => Object.fromEntries(Object.entries(claims).filter(([, value]) => value?.length !== 0))
const claimsOf = (account) => filled({ ...account, tid: tenant, ver: '2.0' })

// What RFC 9068 puts into a token and Entra does not; with `scope` there, readers would pass over `scp`.
function asEntra(ctx, token, { payload }) {
  delete payload.scope
  delete payload.client_id
  if (payload.idtyp === 'app') payload.sub = payload.oid
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: randomBytes(8).toString('hex') }
}

function tokenClaims(ctx, token) {
  const client = applications.get(token.clientId)
  const secret = client.token_endpoint_auth_method === 'none' ? '0' : '1'
  const all = { tid: tenant, ver: '2.0', azp: client.client_id, azpacr: secret, nbf: Math.floor(Date.now() / 1000) }
  if (token.kind === 'ClientCredentials') return filled({ ...all, oid: client.oid, idtyp: 'app', roles: client.roles })
  const { email, ...person } = accounts.get(token.accountId)
  const scopes = (token.scope ?? '').split(' ').filter((scope) => scope.startsWith(prefix))
  return filled({ ...all, ...person, scp: scopes.map((scope) => scope.slice(prefix.length)).join(' ') })
}

const provider = new Provider(issuer, {
  clients: config.clients.map(({ roles, oid, ...metadata }) => metadata),
  jwks: { keys: [signingKey()] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  claims: { openid: ['sub', ...CLAIMS] },
  conformIdTokenClaims: false,
  extraTokenClaims: tokenClaims,
  formats: { customizers: { jwt: asEntra } },
  findAccount: (ctx, id) =>
    accounts.has(id) ? { accountId: id, claims: () => ({ sub: id, ...claimsOf(accounts.get(id)) }) } : undefined,
  pkce: { required: () => true },
  rotateRefreshToken: true,
  // The library drops `offline_access` where the client does not also ask for consent, which Entra does not need.
  issueRefreshToken: (ctx, client) => client.grantTypeAllowed('refresh_token'),
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    })
    grant.addOIDCScope('openid offline_access profile email')
    grant.addResourceScope(`api://${api}`, `${prefix}access_as_user`)
    await grant.save()
    return grant
  },
  interactions: { policy: prompts(), url: (ctx, { uid }) => `/${tenant}/login/${uid}` },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // Entra knows the resource from the scopes; it refuses `resource` beside them.
      defaultResource: () => `api://${api}`,
      useGrantedResource: () => true,
      getResourceServerInfo(ctx, resource) {
        if (resource !== `api://${api}`) throw new errors.InvalidTarget()
        return {
          scope: `${prefix}access_as_user ${prefix}.default`,
          audience: api,
          accessTokenFormat: 'jwt',
          accessTokenTTL: HOUR,
          jwt: { sign: { alg: 'RS256' } },
        }
      },
    },
  },
  ttl: { AuthorizationCode: 60, Grant: 24 * HOUR, IdToken: HOUR, Interaction: HOUR, RefreshToken: 24 * HOUR, Session: HOUR },
  routes: {
    authorization: `/${tenant}/oauth2/v2.0/authorize`,
    token: `/${tenant}/oauth2/v2.0/token`,
    end_session: `/${tenant}/oauth2/v2.0/logout`,
    jwks: `/${tenant}/discovery/v2.0/keys`,
    userinfo: `/${tenant}/oidc/userinfo`,
  },
})
provider.on('server_error', (ctx, error) => console.error(error))

const answer = provider.callback()
const discovery = '/.well-known/openid-configuration'
const signIn = `/${tenant}/login/`

server.on('request', (request, response) => {
  if (request.url.startsWith(signIn)) {
    login(request, response).catch((error) => {
      console.error(error)
      response.writeHead(400).end('The sign-in can not go on.\n')
    })
    return
  }
  // The library knows discovery at its root only; an issuer with a path publishes it below that path.
  if (request.url === `/${tenant}/v2.0${discovery}`) request.url = discovery
  answer(request, response)
})

async function login(request, response) {
  const { prompt, params } = await provider.interactionDetails(request, response)
  if (prompt.name === 'consent') {
    await provider.interactionFinished(request, response, { consent: {} })
  } else if (request.method !== 'POST') {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page(params))
  } else {
    const chosen = subject((await form(request)).get('account'))
    if (!accounts.has(chosen)) throw new Error('no such account')
    await provider.interactionFinished(request, response, { select_account: {}, login: { accountId: chosen } })
  }
}

// Entra's `prompt=select_account`: the page is shown even to who is signed in.
function prompts() {
  const policy = interactionPolicy.base()
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0)
  return policy
}

async function form(request) {
  let body = ''
  for await (const chunk of request) {
    body += chunk
    if (body.length > FORM_LIMIT) throw new Error('form too large')
  }
  return new URLSearchParams(body)
}

function page({ client_id: client }) {
  const button = ({ oid, name, preferred_username: login }) =>
    `<p><button name="account" value="${text(oid)}">${text(name)} (${text(login)})</button></p>`
  return `<!doctype html><html lang="en"><title>Sign in</title><h1>Sign in to ${text(client)}</h1>
<form method="post">${config.accounts.map(button).join('')}</form></html>`
}

function text(value) {
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

console.log(JSON.stringify({ base, issuer }))
