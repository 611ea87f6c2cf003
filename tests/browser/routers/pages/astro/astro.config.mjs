// No toolbar: pages alone, as files.
export default { build: { format: 'file' }, devToolbar: { enabled: false } };
