import { Appizer } from 'appizer-web/next';
import type { ReactNode } from 'react';

export const metadata = { title: 'Shop' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Appizer appId="demo" apiBase={process.env.NEXT_PUBLIC_API} autoEvents />
        {children}
      </body>
    </html>
  );
}
