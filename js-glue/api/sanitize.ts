/** URLs as the site wants them sent. */

// What the core knows a URL by that the site has cleaned (`kSanitized` in url.h).
const CLEANED = '\u0001';

// Not the likes of `mailto:` and `data:`, which hold content and not a place. The core includes nothing of these.
const PLACE = /^[a-z][a-z\d+.-]*:\/\//i;

/**
 * Makes what every URL passes on its way into the core: the option `sanitizeUrl`. Where that is no function,
 * or throws, or returns no text, the URL goes as it is, and the core's own redaction counts.
 */
export function sanitizer(chosen: unknown): (url: string) => string {
  return (url) => {
    if (typeof chosen !== 'function' || !PLACE.test(url)) return url;
    try {
      const cleaned: unknown = chosen(url);
      // NUL separates the facts of a form.
      if (typeof cleaned === 'string') return CLEANED + cleaned.replace(/\0/g, '');
    } catch {
      // Not the page's trouble.
    }
    return url;
  };
}
