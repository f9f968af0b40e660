// In place of VS Code's native log writer: the same functions, without rotation and buffers.
const fs = require('node:fs');
const path = require('node:path');

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
const METHODS = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];

class Logger {
  constructor(_type, _name, file) {
    this.file = file;
    this.level = 2;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    for (const [level, method] of METHODS.entries()) this[method] = (message) => this.write(level, message);
  }

  write(level, message) {
    if (level < this.level) return;
    const line = this.isRaw ? message : `${new Date().toISOString()} [${LEVELS[level]}] ${message}\n`;
    // A log that cannot be written, as its folder is being deleted, is no reason to end the server.
    fs.appendFile(this.file, line, () => {});
  }

  getLevel() {
    return this.level;
  }

  setLevel(level) {
    this.level = level;
  }

  clearFormatters() {
    this.isRaw = true;
  }

  setPattern() {
    this.isRaw = false;
  }

  flush() {}
  drop() {}
}

const create = async (name, file) => new Logger('file', name, file);

// One by one, so that an `import` by name finds them.
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
