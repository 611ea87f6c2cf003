import { defineConfig } from 'astro/config';

// No toolbar, no telemetry: pages alone, as files.
export default defineConfig({ build: { format: 'file' }, devToolbar: { enabled: false } });
