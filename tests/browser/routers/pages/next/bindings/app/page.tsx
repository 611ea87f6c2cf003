import { AppizerWeb } from 'appizer-web';
import { Choose } from './choose';

export default function Page() {
  AppizerWeb.trackEvent('rendered_on_the_server');
  return <Choose />;
}
