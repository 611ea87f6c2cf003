// A page under zone.js, as Angular has it: what happens in its zone is counted, as each may look for changes.
import 'zone.js';

// Only now, as a bundler may put what is shared before what is imported first.
const { AppizerWeb } = await import('appizer-web');

const tasks = [];
const zone = Zone.current.fork({
  name: 'angular',
  onInvokeTask(delegate, _, target, task, ...more) {
    tasks.push(`${task.type} ${task.source}`);
    return delegate.invokeTask(target, task, ...more);
  },
  onScheduleTask(delegate, _, target, task) {
    tasks.push(`${task.type} ${task.source}`);
    return delegate.scheduleTask(target, task);
  },
});
window.tasks = tasks;
window.inZone = (code) => zone.run(() => code(AppizerWeb));
inZone((appizer) =>
  appizer.init({
    appId: 'demo',
    apiBase: new URLSearchParams(location.search).get('api'),
    autoEvents: { clicks: true, outboundLinks: true },
    autoHook: true,
  }),
);
document.getElementById('app').innerHTML = '<button id="choose">Pro</button>';
