import './start.js';
import { createRoot } from 'react-dom/client';
import { useForm } from 'react-hook-form';

function Contact() {
  const { register, handleSubmit, formState, reset } = useForm();
  const save = async (values) => {
    await fetch('/api', { method: 'POST', body: JSON.stringify(values) });
    reset();
  };
  return (
    <form name="contact" onSubmit={handleSubmit(save)} noValidate>
      <label>
        E-mail
        <input
          id="email"
          {...register('email', { pattern: /@.*\.com$/ })}
          aria-invalid={formState.errors.email ? 'true' : 'false'}
        />
      </label>
      <label>
        First name
        <input id="first" {...register('firstName')} />
      </label>
      <button type="submit">Send</button>
    </form>
  );
}

createRoot(document.getElementById('app')).render(<Contact />);
