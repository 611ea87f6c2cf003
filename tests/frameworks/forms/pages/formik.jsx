import './start.js';
import { Field, Form, Formik } from 'formik';
import { createRoot } from 'react-dom/client';

const check = ({ email }) => (/@.*\.com$/.test(email) ? {} : { email: 'Not an address' });

// As Formik's own examples have it: a text says what is wrong, and no field is marked.
createRoot(document.getElementById('app')).render(
  <Formik
    initialValues={{ email: '', firstName: '' }}
    validate={check}
    onSubmit={async (values, { resetForm }) => {
      await fetch('/api', { method: 'POST', body: JSON.stringify(values) });
      resetForm();
    }}
  >
    {({ errors, touched }) => (
      <Form name="contact">
        <label htmlFor="email">E-mail</label>
        <Field id="email" name="email" />
        {errors.email && touched.email ? <p>{errors.email}</p> : null}
        <label htmlFor="first">First name</label>
        <Field id="first" name="firstName" />
        <button type="submit">Send</button>
      </Form>
    )}
  </Formik>,
);
