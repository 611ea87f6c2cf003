import { mount } from 'svelte';
import Layout from './layout.svelte';

mount(Layout, { target: document.getElementById('app') });
