import './start.js';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

function Contact() {
  const [values, setValues] = useState({ email: '', first: '' });
  const [wrong, setWrong] = useState(false);
  const [thanks, setThanks] = useState(false);
  const change = (name) => (event) => setValues({ ...values, [name]: event.target.value });
  const save = async (event) => {
    event.preventDefault();
    if (!/@.*\.com$/.test(values.email)) return setWrong(true);
    setWrong(false);
    await fetch('/api', { method: 'POST', body: JSON.stringify(values) });
    setThanks(true);
  };
  if (thanks) return <p>Thank you</p>;
  // Neither field has a name, as few of this library's have.
  return (
    <form id="contact" onSubmit={save} noValidate>
      <TextField
        id="email"
        label="E-mail"
        value={values.email}
        onChange={change('email')}
        error={wrong}
      />
      <TextField id="first" label="First name" value={values.first} onChange={change('first')} />
      <Button type="submit">Send</Button>
    </form>
  );
}

createRoot(document.getElementById('app')).render(<Contact />);
