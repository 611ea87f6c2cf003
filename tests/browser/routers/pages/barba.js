/** The shop as pages of a server, put in place by barba: the URL first, the page when it has come. */
import barba from '@barba/core';

barba.init({
  prefetchIgnore: true,
  timeout: 10_000,
  transitions: [{ name: 'none', leave() {}, enter() {} }],
});
