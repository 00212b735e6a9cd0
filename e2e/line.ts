// A line to the service that can be cut. A browser's own "offline" lets streams
// that are open go on; a telephone in a tunnel does not.

import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Service } from './service';

export class Line {
  url = '';
  private open = new Set<Socket>();
  private whole = true;

  private constructor(private server: Server) {}

  static async to(service: Service): Promise<Line> {
    const port = Number(new URL(service.url).port);
    const server = createServer();
    const line = new Line(server);
    server.on('connection', (near) => {
      if (!line.whole) {
        near.destroy();
        return;
      }
      const far = connect(port, '127.0.0.1');
      for (const [one, other] of [[near, far], [far, near]]) {
        line.open.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          line.open.delete(one);
          other.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    line.url = `http://localhost:${(server.address() as AddressInfo).port}`;
    return line;
  }

  cut(): void {
    this.whole = false;
    for (const one of this.open) one.destroy();
  }

  mend(): void {
    this.whole = true;
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}
