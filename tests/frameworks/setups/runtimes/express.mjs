// A shop in Express whose own path serves the SDK's calls, before and after a parser of bodies.
import { firstPartyMiddleware } from 'appizer-web/server';
import express from 'express';

const [, , order, apiBase, site] = process.argv;
const middleware = firstPartyMiddleware({ path: '/shop-data', origins: [site], apiBase });
const app = express();
if (order === 'before') app.use(middleware);
app.use(express.json(), express.text({ type: '*/*' }));
if (order === 'after') app.use(middleware);
app.use((_request, response) => void response.send('the rest of the shop'));
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
