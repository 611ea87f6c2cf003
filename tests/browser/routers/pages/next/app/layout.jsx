import Link from 'next/link';

/** @param {{ children: import('react').ReactNode }} props */
export default function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        <script src="/appizer-web.js" />
        <script src="/init.js" />
      </head>
      <body>
        <nav>
          <Link id="about" href="/about">
            about
          </Link>{' '}
          <Link id="item" href="/items/1">
            item
          </Link>{' '}
          <Link id="old" href="/old">
            old
          </Link>{' '}
          <Link id="tab" href="/about?tab=2">
            tab
          </Link>
        </nav>
        {children}
      </body>
    </html>
  );
}
