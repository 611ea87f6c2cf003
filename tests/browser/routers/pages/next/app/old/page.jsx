'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

export default function Page() {
  const router = useRouter();
  useEffect(() => router.replace('/about'), [router]);
  return <h1>Old</h1>;
}
