/** Who may ask: the Host and Origin rules against hostile web pages, and the bearer token with the cookie that stands in for it. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { secureHeaders } from 'hono/secure-headers';
import type { Clock } from '../../core/clock.ts';
import { AppError } from '../../core/errors.ts';
import { problem } from './problem.ts';

const COOKIE = 'stillmotion_session';
const SESSION_SECONDS = 30 * 86_400;

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);

const hostName = (hostHeader: string): string => hostHeader.replace(/:\d*$/, '');

/** Everything the page needs comes from here; `blob:` and `data:` are the photo's preview and its thumbnail. */
export const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'blob:', 'data:'],
    mediaSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  crossOriginResourcePolicy: 'same-origin',
  referrerPolicy: 'no-referrer',
  permissionsPolicy: { camera: ['self'], microphone: false, geolocation: false },
  // The address is plain http on the person's own machine; a proxy in front of it owns this promise.
  strictTransportSecurity: false,
});

/** A page on a foreign name that resolves to 127.0.0.1 must not reach us: on loopback only loopback names are answered. */
export const loopbackNamesOnly: MiddlewareHandler = async (c, next) => {
  if (isLoopback(hostName(c.req.header('host') ?? ''))) return next();
  return problem(c, new AppError('REQUEST_MALFORMED', { problem: 'the Host header must name this machine (localhost or 127.0.0.1)' }), 421);
};

/** A foreign page must not change anything here; programs other than browsers send no Origin. */
export const sameOriginWrites: MiddlewareHandler = async (c, next) => {
  const origin = c.req.header('origin');
  const harmless = ['GET', 'HEAD', 'OPTIONS'].includes(c.req.method);
  const foreign =
    origin === undefined ? c.req.header('sec-fetch-site') === 'cross-site' : !URL.canParse(origin) || new URL(origin).host !== c.req.header('host');
  if (harmless || !foreign) return next();
  return problem(c, new AppError('REQUEST_MALFORMED', { problem: 'it comes from another web page' }), 403);
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

export interface TokenGuard {
  readonly required: MiddlewareHandler;
  /** Answers a correctly typed token with the session cookie. @throws RefusedError UNAUTHORIZED */
  signIn(c: Context, typed: string): void;
}

/** @param token null when everybody who reaches the port may use it */
export const createTokenGuard = (token: string | null, clock: Clock): TokenGuard => {
  // The cookie proves that the token was known without holding it, and dies with it.
  const sign = (expiresAtS: string): string => createHmac('sha256', `stillmotion session ${token}`).update(expiresAtS).digest('hex');
  const cookieHolds = (cookie: string): boolean => {
    const [expiresAtS = '', signature = ''] = cookie.split('.');
    return /^\d{1,12}$/.test(expiresAtS) && Number(expiresAtS) * 1000 > clock.nowMs() && same(signature, sign(expiresAtS));
  };
  return {
    async required(c, next) {
      if (token === null) return next();
      const bearer = /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1];
      if (bearer === undefined ? cookieHolds(getCookie(c, COOKIE) ?? '') : same(bearer, token)) return next();
      throw new AppError('UNAUTHORIZED');
    },
    signIn(c, typed) {
      if (token === null || !same(typed, token)) throw new AppError('UNAUTHORIZED');
      const expiresAtS = String(Math.floor(clock.nowMs() / 1000) + SESSION_SECONDS);
      const secure = c.req.header('x-forwarded-proto') === 'https';
      setCookie(c, COOKIE, `${expiresAtS}.${sign(expiresAtS)}`, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: SESSION_SECONDS, secure });
    },
  };
};
